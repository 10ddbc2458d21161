package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/term"

	"b2b.example/crud"
	"b2b.example/db"
	"b2b.example/entities"
	"b2b.example/kit/fault"
	"b2b.example/kit/i18n"
)

// account is an operator to be, as the API would be given it.
type account struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Password string `json:"password"`
}

// operator adds an account: the way to the first manager, for whom nobody can log in yet.
func operator(ctx context.Context, s *settings, args []string) error {
	a, err := parseAccount(args)
	if err != nil {
		return err
	}
	made := ""
	if a.Password, err = readPassword(os.Stdin); err != nil {
		return err
	}
	if a.Password == "" {
		made = randomText()
		a.Password = made
	}
	d, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := db.Migrate(ctx, d); err != nil {
		return err
	}
	if err := add(ctx, d, a); err != nil {
		return err
	}
	fmt.Printf("%s may log in as %s\n", a.Email, a.Role)
	if made != "" {
		fmt.Printf("password, shown this once: %s\n", made)
	}
	return nil
}

func parseAccount(args []string) (account, error) {
	if len(args) == 0 || args[0] != "add" {
		return account{}, usageError{"operator can only add"}
	}
	var a account
	flags := flag.NewFlagSet("operator add", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&a.Email, "email", "", "")
	flags.StringVar(&a.Name, "name", "", "")
	flags.StringVar(&a.Role, "role", "manager", "")
	if err := flags.Parse(args[1:]); err != nil || flags.NArg() > 0 || a.Email == "" || a.Name == "" {
		return account{}, usageError{"operator add needs --email ADDRESS and --name NAME"}
	}
	return a, nil
}

// readPassword takes a password without showing it: typed twice on a terminal, or the first line of standard input.
// An empty one asks for one that is made.
func readPassword(in *os.File) (string, error) {
	if !term.IsTerminal(int(in.Fd())) {
		line, err := bufio.NewReader(in).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	first, err := ask(in, "password (empty: one is made): ")
	if err != nil || first == "" {
		return "", err
	}
	second, err := ask(in, "again: ")
	if err == nil && first != second {
		err = errors.New("the two passwords differ")
	}
	return first, err
}

func ask(in *os.File, prompt string) (string, error) {
	fmt.Fprint(os.Stderr, prompt)
	typed, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(typed), nil
}

// add makes the account as POST /operators would, by the same rules and with the same event.
func add(ctx context.Context, d *db.DB, a account) error {
	operators := crud.NewTable(d, entities.Operators)
	body, err := json.Marshal(a) //nolint:gosec // it goes no further than the line after the next
	if err != nil {
		return fmt.Errorf("describe the account: %w", err)
	}
	input, err := operators.Input(body)
	if err != nil {
		return inWords(err)
	}
	call := db.Call{Caller: warehouse.id, Actor: warehouse.id, ActorName: warehouse.name, Channel: warehouse.channel, RequestID: uuid.NewString()}
	_, err = operators.Create(ctx, crud.Request[entities.Operator]{Call: call, Input: input})
	return inWords(err)
}

// inWords tells a refusal as a person reads it: each field with what is wrong about it.
func inWords(err error) error {
	var refusal *fault.Fault
	if !errors.As(err, &refusal) || len(refusal.Fields) == 0 {
		return err
	}
	var b strings.Builder
	b.WriteString("the account cannot be added:")
	for _, f := range refusal.Fields {
		fmt.Fprintf(&b, "\n  %s: %s", f.Field, i18n.Text("en", "field."+f.Code, f.Args))
	}
	return errors.New(b.String())
}
