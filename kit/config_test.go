package kit_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"b2b.example/kit"
	"b2b.example/kit/kittest"
)

// serviceSettings are a service's own: the shared ones, a database, and one more with a rule.
type serviceSettings struct {
	kit.Settings
	kit.Database
	CancelWindow time.Duration `env:"CANCEL_WINDOW" envDefault:"10m" help:"how long a confirmed order can be cancelled"`
}

func (s serviceSettings) Check() []string {
	if s.CancelWindow < 0 {
		return []string{"CANCEL_WINDOW must not be negative"}
	}
	return nil
}

// load loads settings with these variables and no others of ours.
func load(t *testing.T, variables map[string]string) (serviceSettings, error) {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		t.Setenv(name, os.Getenv(name)) // so that it comes back
		if name != "PATH" && name != "HOME" {
			require.NoError(t, os.Unsetenv(name))
		}
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
	s := serviceSettings{Settings: kit.Settings{Port: 3001}}
	return s, kit.Load(&s)
}

func enough() map[string]string {
	return map[string]string{"JWT_SECRET": kittest.JWTSecret, "SERVICE_TOKEN": kittest.ServiceToken, "DATABASE_URL": "sqlite:x.db"}
}

func with(name, value string) map[string]string {
	variables := enough()
	variables[name] = value
	return variables
}

func TestLoad(t *testing.T) {
	s, err := load(t, enough())
	require.NoError(t, err)
	require.Equal(t, serviceSettings{
		Settings: kit.Settings{
			Host: "127.0.0.1", Port: 3001, JWTSecret: kittest.JWTSecret, LogLevel: "info", IdempotencyTTL: 24 * time.Hour,
			ServiceTokens:   []kit.ServiceToken{{Name: "service", Token: kittest.ServiceToken}},
			CustomersAPIURL: "http://127.0.0.1:3001", OrdersAPIURL: "http://127.0.0.1:3002",
		},
		Database:     kit.Database{DatabaseURL: "sqlite:x.db", DatabasePool: 16, Migrate: true},
		CancelWindow: 10 * time.Minute,
	}, s)

	s, err = load(t, with("SERVICE_TOKEN", "shop:"+kittest.ServiceToken+",erp:B"+kittest.ServiceToken+",shop:C"+kittest.ServiceToken))
	require.NoError(t, err)
	require.Equal(t, []kit.ServiceToken{
		{Name: "shop", Token: kittest.ServiceToken},
		{Name: "erp", Token: "B" + kittest.ServiceToken},
		{Name: "shop", Token: "C" + kittest.ServiceToken},
	}, s.ServiceTokens)

	s, err = load(t, with("MIGRATE", "off"))
	require.NoError(t, err)
	require.False(t, s.Migrate)
	for _, right := range []map[string]string{
		with("PORT", "0"), with("HOST", "::1"), with("HOST", "localhost"), with("TRUSTED_PROXIES", "10.0.0.7,10.1.0.0/16"),
		with("ALLOW_PLAIN_HTTP", "1"),
	} {
		_, err = load(t, right)
		require.NoError(t, err)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for _, one := range []struct{ name, value, want string }{
		{"PORT", "http", "PORT must be a whole number"},
		{"PORT", "65536", "PORT must be between 0 and 65535"},
		{"METRICS_PORT", "-1", "METRICS_PORT must be between 0 and 65535"},
		{"HOST", "0.0.0.0", "HOST is not this machine"},
		{"ALLOW_PLAIN_HTTP", "maybe", "ALLOW_PLAIN_HTTP must be true or false"},
		{"PUBLIC_URL", "orders.example.com", "PUBLIC_URL must be an address"},
		{"CUSTOMERS_API_URL", "ftp://x", "CUSTOMERS_API_URL must be an address"},
		{"ORDERS_API_URL", "http://", "ORDERS_API_URL must be an address"},
		{"TRUSTED_PROXIES", "10.0.0.0/8,proxy", "TRUSTED_PROXIES must be addresses or ranges"},
		{"LOG_LEVEL", "loud", "LOG_LEVEL must be debug, info, warn or error"},
		{"IDEMPOTENCY_TTL", "1 day", "IDEMPOTENCY_TTL must be a duration"},
		{"IDEMPOTENCY_TTL", "0s", "IDEMPOTENCY_TTL must be above zero"},
		{"JWT_SECRET", "", "JWT_SECRET is missing"},
		{"JWT_SECRET", kittest.JWTSecret[:31], "JWT_SECRET is too short"},
		{"JWT_SECRET", "change-me-change-me-change-me-xyz", "JWT_SECRET is a known default"},
		{"JWT_SECRET", strings.Repeat("ab", 20), "JWT_SECRET is a known default"},
		{"JWT_SECRET_PREVIOUS", "short", "JWT_SECRET_PREVIOUS is too short"},
		{"SERVICE_TOKEN", "", "SERVICE_TOKEN is missing"},
		{"SERVICE_TOKEN", "shop:short", "SERVICE_TOKEN is too short"},
		{"SERVICE_TOKEN", "shop:" + kittest.ServiceToken + ",erp:", "SERVICE_TOKEN is missing"},
		{"SERVICE_TOKEN", "a shop:" + kittest.ServiceToken, "SERVICE_TOKEN: a name has"},
		{"SERVICE_TOKEN", "shop:your-secret-token-goes-here", "SERVICE_TOKEN is a known default"},
		{"DATABASE_URL", "", "DATABASE_URL is missing"},
		{"DATABASE_URL", "postgres://x", "DATABASE_URL must begin with mysql:// or sqlite:"},
		{"MIGRATE", "perhaps", "MIGRATE must be true or false"},
		{"DATABASE_POOL", "1", "DATABASE_POOL must be at least 2"},
		{"CANCEL_WINDOW", "-1m", "CANCEL_WINDOW must not be negative"},
	} {
		t.Run(one.name+"="+one.value, func(t *testing.T) {
			_, err := load(t, with(one.name, one.value))
			require.ErrorContains(t, err, "\n  "+one.want)
			require.Len(t, strings.Split(err.Error(), "\n"), 2, "nothing else is wrong: %v", err)
		})
	}
}

// All mistakes are told at once, each once, and none repeats a value.
func TestLoadTellsEveryMistakeAndNoSecret(t *testing.T) {
	_, err := load(t, map[string]string{
		"JWT_SECRET": "hunter2", "SERVICE_TOKEN": "hunter3", "DATABASE_URL": "hunter4", "PORT": "hunter5", "CANCEL_WINDOW": "hunter6",
	})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter")
	for _, name := range []string{"JWT_SECRET", "SERVICE_TOKEN", "DATABASE_URL", "PORT", "CANCEL_WINDOW"} {
		require.Equal(t, 1, strings.Count(err.Error(), "\n  "+name), "%s in %v", name, err)
	}
}

func TestUsage(t *testing.T) {
	var text bytes.Buffer
	s := serviceSettings{Settings: kit.Settings{Port: 3001, JWTSecret: kittest.JWTSecret}}
	kit.Usage(&text, "orders-api", &s)
	for _, want := range []string{"orders-api", "PORT  ", "(3001)", "HOST  ", "(127.0.0.1)", "DATABASE_URL", "CANCEL_WINDOW", "(10m)"} {
		require.Contains(t, text.String(), want)
	}
	require.NotContains(t, text.String(), kittest.JWTSecret)
	require.True(t, kit.HelpWanted([]string{"orders-api", "--help"}))
	require.False(t, kit.HelpWanted([]string{"orders-api"}))
}
