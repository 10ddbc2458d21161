package orders

import (
	"time"

	"b2b.example/kit"
	"b2b.example/kit/i18n"
)

// Settings are the environment of orders-api.
type Settings struct {
	kit.Settings
	kit.Database
	CancelWindow time.Duration `env:"CANCEL_WINDOW" envDefault:"10m" help:"how long a confirmed order may still be cancelled"`
	UndoWindow   time.Duration `env:"UNDO_WINDOW" envDefault:"60s" help:"how long who has confirmed or cancelled an order may take that back"`
	OrderTTL     time.Duration `env:"ORDER_TTL" envDefault:"72h" help:"how long an order waits to be confirmed; 0: for ever"`
	CompanyName  string        `env:"COMPANY_NAME" envDefault:"B2B orders" help:"whose backoffice it is"`
	Currency     string        `env:"CURRENCY" envDefault:"USD" help:"of all amounts: an ISO 4217 code"`
	TimeZone     string        `env:"TIME_ZONE" envDefault:"UTC" help:"of the times that the backoffice shows: America/Guayaquil"`
}

// DefaultPort is where orders-api listens unless told otherwise.
const DefaultPort = 3002

// Check tells what is wrong with the settings that only this service has.
func (s Settings) Check() []string {
	var mistakes []string
	if s.CancelWindow < 0 {
		mistakes = append(mistakes, "CANCEL_WINDOW must not be negative")
	}
	if s.UndoWindow < 0 {
		mistakes = append(mistakes, "UNDO_WINDOW must not be negative")
	}
	if s.OrderTTL < 0 {
		mistakes = append(mistakes, "ORDER_TTL must not be negative")
	}
	if !i18n.IsCurrency(s.Currency) {
		mistakes = append(mistakes, "CURRENCY must be an ISO 4217 code, such as USD or EUR")
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil {
		mistakes = append(mistakes, "TIME_ZONE must be a time zone's name, such as America/Guayaquil or UTC")
	}
	return mistakes
}
