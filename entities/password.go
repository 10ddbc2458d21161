package entities

import (
	"context"
	_ "embed"
	"fmt"
	"runtime"
	"strings"
	"unicode"

	"github.com/alexedwards/argon2id"

	"b2b.example/kit/fault"
)

// hashing is OWASP's second choice for argon2id: 19 MiB and two passes on one lane.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// cores lets no more hashes be made at once than there are cores: more would only wait for each other, with 19 MiB each.
var cores = make(chan struct{}, runtime.GOMAXPROCS(0))

// HashPassword makes what is stored of a password.
func HashPassword(password string) (string, error) {
	cores <- struct{}{}
	defer func() { <-cores }()
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// PasswordMatches says whether a hash was made of this password. It waits for a core as long as its context lasts.
func PasswordMatches(ctx context.Context, password, hash string) (bool, error) {
	select {
	case cores <- struct{}{}:
		defer func() { <-cores }()
	case <-ctx.Done():
		return false, fault.New(fault.Unavailable, "BUSY").Because(ctx.Err())
	}
	matches, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return matches, nil
}

// wellKnownTexts is what well-known passwords of at least 12 bytes are made of. Lists of leaked passwords have next to
// none that long which is not one such text, plain, repeated, or with digits and signs around it; so this short list,
// put together by hand, stands for all of those, and for the next year's "welcome2027!" as well.
//
//go:embed well_known_passwords.txt
var wellKnownTexts string

var knownTexts = func() map[string]bool {
	known := map[string]bool{}
	for text := range strings.FieldsSeq(wellKnownTexts) {
		known[text] = true
	}
	return known
}()

// wellKnown says whether a password is one that is tried first: nothing but digits and signs, one short text over and
// over, or a well-known text with or without digits and signs around it.
func wellKnown(password string) bool {
	plain := strings.ToLower(password)
	core := strings.TrimFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) })
	return core == "" || knownTexts[plain] || knownTexts[unit(core)] || len(unit(plain)) <= 4
}

// unit is the shortest text that makes up another when it is repeated.
func unit(s string) string {
	for size := 1; size <= len(s)/2; size++ {
		if len(s)%size == 0 && strings.Repeat(s[:size], len(s)/size) == s {
			return s[:size]
		}
	}
	return s
}
