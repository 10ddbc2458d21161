package kit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Settings are what all services share. They come from environment variables, once, at start.
type Settings struct {
	Host           string   `env:"HOST" envDefault:"127.0.0.1" help:"address to listen on"`
	Port           int      `env:"PORT" help:"port to listen on"`
	MetricsPort    int      `env:"METRICS_PORT" help:"port of /metrics; 0 serves none"`
	PublicURL      string   `env:"PUBLIC_URL" help:"address that browsers use, when it is not HOST and PORT: https://orders.example.com"`
	AllowPlainHTTP bool     `env:"ALLOW_PLAIN_HTTP" help:"serve plain http beyond this machine: only behind a proxy that speaks https"`
	TrustedProxies []string `env:"TRUSTED_PROXIES" help:"proxies whose X-Forwarded-For is believed: 10.0.0.7,10.1.0.0/16"`

	JWTSecret         string         `env:"JWT_SECRET" help:"signs operators' tokens; at least 32 bytes" secret:"true"`
	JWTSecretPrevious string         `env:"JWT_SECRET_PREVIOUS" help:"also accepted, while JWT_SECRET is being replaced" secret:"true"`
	ServiceTokens     []ServiceToken `env:"SERVICE_TOKEN" help:"tokens of services: name:token,name:token; the first is sent" secret:"true"`

	CustomersAPIURL string        `env:"CUSTOMERS_API_URL" envDefault:"http://127.0.0.1:3001" help:"where customers-api is"`
	OrdersAPIURL    string        `env:"ORDERS_API_URL" envDefault:"http://127.0.0.1:3002" help:"where orders-api is"`
	LogLevel        string        `env:"LOG_LEVEL" envDefault:"info" help:"debug, info, warn or error"`
	IdempotencyTTL  time.Duration `env:"IDEMPOTENCY_TTL" envDefault:"24h" help:"how long a stored answer is replayed"`
}

// Database says where the tables are. The orchestrator has none, so it is apart from Settings.
type Database struct {
	DatabaseURL  string `env:"DATABASE_URL" help:"mysql://user:pass@host:3306/b2b (a cluster: host1:3306,host2:3306) or sqlite:path" secret:"true"`
	DatabasePool int    `env:"DATABASE_POOL" envDefault:"16" help:"connections that each process keeps to the database, at most"`
	Migrate      bool   `env:"MIGRATE" envDefault:"on" help:"bring the tables up to date at start"`
}

// ServiceToken is one service's credential. Its name is the one that the timeline tells, and that keys belong to.
type ServiceToken struct{ Name, Token string }

// UnmarshalText reads "name:token"; a bare token is that of "service".
func (t *ServiceToken) UnmarshalText(text []byte) error {
	name, token, named := strings.Cut(string(text), ":")
	if !named {
		name, token = "service", name
	}
	t.Name, t.Token = strings.TrimSpace(name), strings.TrimSpace(token)
	return nil
}

// The least lengths of secrets, in bytes.
const (
	leastJWTSecret    = 32
	leastServiceToken = 24
)

// placeholders are found in secrets that nobody chose: examples, defaults, and what people type to get on.
var placeholders = []string{
	"change-me", "changeme", "change_me", "change-this", "replace-me", "replaceme", "replace_me", "your-secret",
	"your_secret", "yoursecret", "placeholder", "example", "default", "secret-key", "secretkey", "supersecret",
	"super-secret", "password", "insecure", "development", "dev-secret", "test-secret", "01234567890123456789",
	"123456789012345678",
}

// checker is a part of the settings that knows more about itself than its types tell.
type checker interface{ Check() []string }

// Load fills a settings struct from the environment. A field without a value keeps what it had, so a service sets its
// own defaults (its port) before. The error, if any, names every mistake in one go, and no value.
func Load(settings any) error {
	unread := parse(settings)
	mistakes := slices.Clone(unread)
	for _, part := range parts(reflect.ValueOf(settings)) {
		for _, mistake := range part.Check() {
			if !slices.Contains(mistakes, mistake) && !told(unread, mistake) {
				mistakes = append(mistakes, mistake)
			}
		}
	}
	if len(mistakes) == 0 {
		return nil
	}
	return errors.New("the settings are not right:\n  " + strings.Join(mistakes, "\n  "))
}

// told: a variable that could not be read breaks the rules too; saying so once is enough.
func told(unread []string, mistake string) bool {
	variable, _, _ := strings.Cut(mistake, " ")
	return slices.ContainsFunc(unread, func(one string) bool { return strings.HasPrefix(one, variable+" ") })
}

// parse reads the environment, and tells each value that could not be read.
func parse(settings any) []string {
	err := env.ParseWithOptions(settings, env.Options{
		FuncMap: map[reflect.Type]env.ParserFunc{reflect.TypeFor[bool](): parseSwitch},
	})
	var all env.AggregateError
	if err == nil {
		return nil
	}
	if !errors.As(err, &all) {
		return []string{err.Error()}
	}
	var mistakes []string
	for _, one := range all.Errors {
		mistakes = append(mistakes, inWords(reflect.TypeOf(settings).Elem(), one))
	}
	return mistakes
}

// parseSwitch reads a bool as people write them.
func parseSwitch(text string) (any, error) {
	switch strings.ToLower(text) {
	case "on", "yes":
		return true, nil
	case "off", "no":
		return false, nil
	}
	return strconv.ParseBool(text)
}

// inWords says what is wrong with a value without repeating it: it may be a secret.
func inWords(settings reflect.Type, err error) string {
	var unread env.ParseError
	if !errors.As(err, &unread) {
		return err.Error()
	}
	name := unread.Name
	if field, ok := settings.FieldByName(unread.Name); ok {
		name = variable(field)
	}
	switch {
	case unread.Type == reflect.TypeFor[time.Duration]():
		return name + " must be a duration, such as 10m or 24h"
	case unread.Type.Kind() == reflect.Bool:
		return name + " must be true or false"
	case unread.Type.Kind() == reflect.Int || unread.Type.Kind() == reflect.Int64:
		return name + " must be a whole number"
	}
	return name + " cannot be read"
}

// parts are the settings and all that is embedded in them: an embedded Check must run even where two of them hide each
// other.
func parts(value reflect.Value) []checker {
	var found []checker
	if part, ok := reflect.TypeAssert[checker](value); ok {
		found = append(found, part)
	}
	for i := range value.Elem().NumField() {
		if field := value.Elem().Type().Field(i); field.Anonymous && field.Type.Kind() == reflect.Struct {
			found = append(found, parts(value.Elem().Field(i).Addr())...)
		}
	}
	return found
}

// Check says what is wrong with the shared settings, one sentence for each mistake.
func (s Settings) Check() []string {
	var mistakes []string
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			mistakes = append(mistakes, fmt.Sprintf(format, args...))
		}
	}
	add(s.Port < 0 || s.Port > 65535, "PORT must be between 0 and 65535")
	add(s.MetricsPort < 0 || s.MetricsPort > 65535, "METRICS_PORT must be between 0 and 65535")
	add(!s.AllowPlainHTTP && !loopback(s.Host),
		"HOST is not this machine (127.0.0.1, ::1 or localhost): put a proxy that speaks https before it and set ALLOW_PLAIN_HTTP=true")
	for name, address := range map[string]string{"CUSTOMERS_API_URL": s.CustomersAPIURL, "ORDERS_API_URL": s.OrdersAPIURL} {
		add(!webAddress(address), "%s must be an address such as http://127.0.0.1:3001", name)
	}
	add(s.PublicURL != "" && !webAddress(s.PublicURL), "PUBLIC_URL must be an address such as https://orders.example.com")
	_, err := proxies(s.TrustedProxies)
	add(err != nil, "TRUSTED_PROXIES must be addresses or ranges, such as 10.0.0.7,10.1.0.0/16")
	_, err = level(s.LogLevel)
	add(err != nil, "LOG_LEVEL must be debug, info, warn or error")
	add(s.IdempotencyTTL <= 0, "IDEMPOTENCY_TTL must be above zero")
	mistakes = append(mistakes, s.checkSecrets()...)
	slices.Sort(mistakes)
	return mistakes
}

func (s Settings) checkSecrets() []string {
	mistakes := checkSecret("JWT_SECRET", s.JWTSecret, leastJWTSecret)
	if s.JWTSecretPrevious != "" {
		mistakes = append(mistakes, checkSecret("JWT_SECRET_PREVIOUS", s.JWTSecretPrevious, leastJWTSecret)...)
	}
	if len(s.ServiceTokens) == 0 {
		return append(mistakes, "SERVICE_TOKEN is missing")
	}
	for _, token := range s.ServiceTokens {
		if !plainName(token.Name) {
			mistakes = append(mistakes, "SERVICE_TOKEN: a name has 1 to 64 letters, digits, - and _ only")
		}
		mistakes = append(mistakes, checkSecret("SERVICE_TOKEN", token.Token, leastServiceToken)...)
	}
	return mistakes
}

func checkSecret(name, secret string, least int) []string {
	switch {
	case secret == "":
		return []string{name + " is missing"}
	case len(secret) < least:
		return []string{fmt.Sprintf("%s is too short: at least %d bytes, made at random", name, least)}
	case guessable(secret):
		return []string{name + " is a known default or easy to guess: make one at random"}
	}
	return nil
}

// guessable is any secret that contains a placeholder, or has next to no different characters in it.
func guessable(secret string) bool {
	lower := strings.ToLower(secret)
	if slices.ContainsFunc(placeholders, func(word string) bool { return strings.Contains(lower, word) }) {
		return true
	}
	different := map[rune]bool{}
	for _, r := range lower {
		different[r] = true
	}
	return len(different) < 8
}

// Check says what is wrong with the database's settings. Whether it can be reached is found out when it is opened.
func (d Database) Check() []string {
	switch {
	case d.DatabaseURL == "":
		return []string{"DATABASE_URL is missing: mysql://user:pass@host:3306/b2b or sqlite:path"}
	case !strings.HasPrefix(d.DatabaseURL, "mysql://") && !strings.HasPrefix(d.DatabaseURL, "sqlite:"):
		return []string{"DATABASE_URL must begin with mysql:// or sqlite:"}
	case d.DatabasePool < 2:
		return []string{"DATABASE_POOL must be at least 2"}
	}
	return nil
}

// Usage writes the list of environment variables that a settings struct reads, with what they are and their defaults.
func Usage(w io.Writer, program string, settings any) {
	_, _ = fmt.Fprintf(w, "%s is set up by environment variables:\n\n", program)
	usage(w, reflect.ValueOf(settings).Elem())
}

func usage(w io.Writer, value reflect.Value) {
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if field.Anonymous {
			usage(w, value.Field(i))
			continue
		}
		if name := variable(field); name != "" {
			_, _ = fmt.Fprintf(w, "  %-28s %s%s\n", name, field.Tag.Get("help"), standard(field, value.Field(i)))
		}
	}
}

// standard tells a variable's default: its tag's, or what the service put there before.
func standard(field reflect.StructField, value reflect.Value) string {
	text, tagged := field.Tag.Lookup("envDefault")
	if !tagged && !value.IsZero() && field.Tag.Get("secret") == "" {
		text = fmt.Sprint(value.Interface())
	}
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// HelpWanted says whether a program was started with --help.
func HelpWanted(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return arg == "--help" || arg == "-h" || arg == "help" })
}

// Listen opens the port that the settings name. A service that can't have it says so before it does anything else.
func Listen(s Settings) (net.Listener, error) {
	l, err := listen(s.Host, s.Port)
	if err != nil {
		return nil, fmt.Errorf("listen on PORT %d: %w", s.Port, err)
	}
	return l, nil
}

func listen(host string, port int) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
}

func variable(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
	return name
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

func webAddress(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Host != ""
}

// proxies reads addresses and ranges; a bare address is a range of one.
func proxies(texts []string) ([]netip.Prefix, error) {
	ranges := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		text = strings.TrimSpace(text)
		if address, err := netip.ParseAddr(text); err == nil {
			ranges = append(ranges, netip.PrefixFrom(address, address.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("proxy address: %w", err)
		}
		ranges = append(ranges, prefix)
	}
	return ranges, nil
}

var plainNames = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// plainName is what may stand in "service:NAME" without being mistaken for anything else.
func plainName(name string) bool {
	return plainNames.MatchString(name)
}
