package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"

	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/orders-api"
)

// defaultDatabase is an embedded one, in the folder that b2b is started in.
const defaultDatabase = "sqlite:./data/b2b.db"

// settings are the environment of b2b: that of its services, where b2b has a port for each.
type settings struct {
	orders.Settings
	CustomersPort    int  `env:"CUSTOMERS_PORT" envDefault:"3001" help:"port of customers-api"`
	OrdersPort       int  `env:"ORDERS_PORT" envDefault:"3002" help:"port of orders-api"`
	OrchestratorPort int  `env:"ORCHESTRATOR_PORT" envDefault:"3000" help:"port of the orchestrator"`
	Demo             bool `env:"DEMO" envDefault:"on" help:"fill a new database with demo data"`

	secretsFile string // where the secrets are that b2b made itself; "" when the environment has all of them
}

func defaults() *settings {
	s := &settings{}
	s.DatabaseURL = defaultDatabase
	return s
}

// load reads the environment. Secrets that it does not set are those that b2b made at its first start.
func load() (*settings, error) {
	s := defaults()
	if os.Getenv("JWT_SECRET") == "" || os.Getenv("SERVICE_TOKEN") == "" {
		s.secretsFile = secretsPath(cmp.Or(os.Getenv("DATABASE_URL"), defaultDatabase))
		made, err := secretsAt(s.secretsFile)
		if err != nil {
			return nil, err
		}
		s.JWTSecret = made.jwt
		s.ServiceTokens = []kit.ServiceToken{{Name: serviceName, Token: made.service}}
	}
	if err := kit.Load(s); err != nil {
		return nil, err
	}
	s.CustomersAPIURL, s.OrdersAPIURL = s.url(s.CustomersPort), s.url(s.OrdersPort)
	return s, nil
}

// Check tells what is wrong with the ports.
func (s *settings) Check() []string {
	var mistakes []string
	names := map[int]string{}
	for _, p := range s.ports() {
		switch other, taken := names[p.port]; {
		case p.port < 1 || p.port > 65535:
			mistakes = append(mistakes, p.variable+" must be between 1 and 65535")
		case taken:
			mistakes = append(mistakes, fmt.Sprintf("%s and %s are both %d", other, p.variable, p.port))
		}
		names[p.port] = p.variable
	}
	return mistakes
}

type port struct {
	variable string
	port     int
}

func (s *settings) ports() []port {
	return []port{{"CUSTOMERS_PORT", s.CustomersPort}, {"ORDERS_PORT", s.OrdersPort}, {"ORCHESTRATOR_PORT", s.OrchestratorPort}}
}

// url is where a service of this process is reached.
func (s *settings) url(port int) string {
	return "http://" + net.JoinHostPort(s.Host, strconv.Itoa(port))
}

// on are the settings that the i-th service of this process gets: all, with its own ports. METRICS_PORT is the first
// one's, the others have those after it.
func (s *settings) on(i int) kit.Settings {
	shared := s.Settings.Settings
	shared.Port = s.ports()[i].port
	if shared.MetricsPort != 0 {
		shared.MetricsPort += i
	}
	return shared
}

// open opens the database as it is.
func (s *settings) open(ctx context.Context) (*db.DB, error) {
	return db.Open(ctx, s.DatabaseURL, db.Options{PoolSize: s.DatabasePool})
}

// openExisting opens a database that must be there: opening a file that is not would make an empty one.
func (s *settings) openExisting(ctx context.Context) (*db.DB, error) {
	if path, ok := strings.CutPrefix(s.DatabaseURL, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("there is no database %s", path)
		}
	}
	return s.open(ctx)
}
