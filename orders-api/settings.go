package orders

import (
	"time"

	"b2b.example/kit"
)

// Settings are the environment of orders-api.
type Settings struct {
	kit.Settings
	kit.Database
	CancelWindow time.Duration `env:"CANCEL_WINDOW" envDefault:"10m" help:"how long a confirmed order may still be cancelled"`
	OrderTTL     time.Duration `env:"ORDER_TTL" envDefault:"72h" help:"how long an order waits to be confirmed; 0: for ever"`
}

// DefaultPort is where orders-api listens unless told otherwise.
const DefaultPort = 3002

// Check tells what is wrong with the settings that only this service has.
func (s Settings) Check() []string {
	var mistakes []string
	if s.CancelWindow < 0 {
		mistakes = append(mistakes, "CANCEL_WINDOW must not be negative")
	}
	if s.OrderTTL < 0 {
		mistakes = append(mistakes, "ORDER_TTL must not be negative")
	}
	return mistakes
}
