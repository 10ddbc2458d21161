package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"

	"b2b.example/customers-api"
	"b2b.example/db"
	"b2b.example/kit"
	"b2b.example/orchestrator"
	"b2b.example/orders-api"
)

// service is one of the services of this process, with the port that it has.
type service struct {
	name     string
	listener net.Listener
	app      *kit.App
}

// serve runs everything until ctx ends. Ports are taken first: who cannot serve touches no data.
func serve(ctx context.Context, s *settings, args []string) error {
	if len(args) > 0 {
		return usageError{"serve takes no arguments"}
	}
	listeners, err := listen(ctx, s)
	if err != nil {
		return err
	}
	defer closeAll(listeners)
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := prepare(ctx, s, d); err != nil {
		return err
	}
	services, err := assemble(ctx, s, d, listeners)
	if err != nil {
		return err
	}
	demo, err := enabledDemoAccounts(ctx, d)
	if err != nil {
		return err
	}
	greet(os.Stdout, s, demo)
	return serveAll(ctx, services)
}

// health asks the services of the b2b that serves by these settings whether they can work.
func health(ctx context.Context, s *settings, args []string) error {
	if len(args) > 0 {
		return usageError{"health takes no arguments"}
	}
	for _, p := range s.ports() {
		if err := kit.AskReady(ctx, s.Host, p.port); err != nil {
			return err
		}
	}
	return nil
}

// listen takes the ports, in the order of settings.ports.
func listen(ctx context.Context, s *settings) ([]net.Listener, error) {
	var listeners []net.Listener
	for _, p := range s.ports() {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(s.Host, strconv.Itoa(p.port)))
		if err != nil {
			closeAll(listeners)
			return nil, fmt.Errorf("port %d is not free; %s=N takes another: %w", p.port, p.variable, err)
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		_ = l.Close() // served to its end, it is closed already
	}
}

// prepare brings the tables up to date and a new database to life.
func prepare(ctx context.Context, s *settings, d *db.DB) error {
	if s.Migrate {
		if err := db.Migrate(ctx, d); err != nil {
			return err
		}
	}
	if s.Demo {
		if err := addDemo(ctx, d); err != nil {
			return fmt.Errorf("demo data: %w", err)
		}
	}
	return refuseStrangers(ctx, s, d)
}

// assemble makes the services, those that others call first.
func assemble(ctx context.Context, s *settings, d *db.DB, listeners []net.Listener) ([]service, error) {
	v := release()
	customersSettings := customers.Settings{Settings: s.on(0), Database: s.Database}
	customersAPI, err := customers.New(ctx, customers.Options{
		DB: d, Settings: customersSettings, Log: kit.Logger(s.Settings.Settings, "customers-api"), Version: v,
	})
	if err != nil {
		return nil, fmt.Errorf("customers-api: %w", err)
	}
	ordersSettings := s.Settings
	ordersSettings.Settings = s.on(1)
	ordersAPI, err := orders.New(ctx, orders.Options{
		DB: d, Settings: ordersSettings, Log: kit.Logger(s.Settings.Settings, "orders-api"), Version: v,
	})
	if err != nil {
		return nil, fmt.Errorf("orders-api: %w", err)
	}
	whole, err := orchestrator.New(ctx, orchestrator.Options{
		Settings: orchestrator.Settings{Settings: s.on(2)}, Log: kit.Logger(s.Settings.Settings, "orchestrator"), Version: v,
	})
	if err != nil {
		return nil, fmt.Errorf("orchestrator: %w", err)
	}
	return []service{
		{"customers-api", listeners[0], customersAPI}, {"orders-api", listeners[1], ordersAPI}, {"orchestrator", listeners[2], whole},
	}, nil
}

// serveAll serves until ctx ends or a service fails. They end last to first, each when it has answered what it began:
// the ones that it calls are still there.
func serveAll(ctx context.Context, services []service) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make([]func() error, len(services))
	for i, service := range services {
		ends[i] = start(service, cancel)
	}
	<-ctx.Done()
	var errs []error
	for i := range ends {
		errs = append(errs, ends[len(ends)-1-i]())
	}
	return errors.Join(errs...)
}

// start serves one service. What it returns ends it, and tells how it ended.
func start(s service, failed func()) (end func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- s.app.Serve(ctx, s.listener)
		failed()
	}()
	return func() error {
		cancel()
		return <-done
	}
}
