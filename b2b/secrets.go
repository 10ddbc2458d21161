package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// serviceName is whose token b2b makes: its own services call each other by it, and so may a first integration.
const serviceName = "b2b"

// secretsFile is readable by shells too: `. data/secrets.env`.
const secretsFile = "secrets.env"

// secrets are what b2b makes at its first start, for no default secret would be one.
type secrets struct{ jwt, service string }

// secretsPath is where the secrets of a database are: beside it when it is a file.
func secretsPath(databaseURL string) string {
	folder := "data"
	if path, ok := strings.CutPrefix(databaseURL, "sqlite:"); ok {
		folder = filepath.Dir(path)
	}
	return filepath.Join(folder, secretsFile)
}

// secretsAt reads the secrets, or makes them. They stay the same from then on: tokens outlive a restart.
func secretsAt(path string) (secrets, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the administrator says where the data is
	if errors.Is(err, os.ErrNotExist) {
		if err := makeSecrets(path); err != nil {
			return secrets{}, fmt.Errorf("make secrets: %w", err)
		}
		text, err = os.ReadFile(path) //nolint:gosec // as above
	}
	if err != nil {
		return secrets{}, fmt.Errorf("read secrets: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil { // a copy or a backup may have opened them to others
		return secrets{}, fmt.Errorf("keep secrets: %w", err)
	}
	return parseSecrets(string(text), path)
}

// makeSecrets writes new ones under their name at once and complete: of two that start together, one wins.
func makeSecrets(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(folder, secretsFile+".*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	_, err = fmt.Fprintf(draft, "JWT_SECRET=%s\nSERVICE_TOKEN=%s:%s\n", randomText(), serviceName, randomText())
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}

// randomText is 256 bits that nobody can guess.
func randomText() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

func parseSecrets(text, path string) (secrets, error) {
	var s secrets
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "JWT_SECRET":
			s.jwt = value
		case "SERVICE_TOKEN":
			s.service = strings.TrimPrefix(value, serviceName+":")
		}
	}
	if s.jwt == "" || s.service == "" {
		return secrets{}, fmt.Errorf("%s must have JWT_SECRET and SERVICE_TOKEN; without the file new ones are made", path)
	}
	return s, nil
}
