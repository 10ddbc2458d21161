package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
)

// mutant is the product with one of its rules broken: pieces of its sources, replaced for one build only.
type mutant struct {
	name   string
	pieces []piece
}

// piece is what is replaced in a file. It is there exactly once, so that no change of the sources quietly ends a mutant.
type piece struct{ file, old, replacement string }

// mutants are the rules that matter most.
var mutants = []mutant{
	{"products are locked in any order", []piece{{
		"orders-api/stock.go", `
	err := tx.Clauses(db.Lock()).Where("id IN ?", db.Padded(ids)).Order("id").Find(&products).Error
	if err != nil {
		return nil, fmt.Errorf("lock products: %w", err)
	}
`, `
	unordered := map[int64]bool{}
	for _, id := range ids {
		unordered[id] = true
	}
	for id := range unordered {
		var one []*entities.Product
		if err := tx.Clauses(db.Lock()).Where("id = ?", id).Find(&one).Error; err != nil {
			return nil, fmt.Errorf("lock products: %w", err)
		}
		products = append(products, one...)
	}
`,
	}}},
	{"stock is sold that is not there", []piece{{
		"orders-api/order_place.go", "if line.Qty <= product.Stock {", "if line.Qty <= product.Stock || line.Qty > 0 {",
	}}},
	{"the key is stored after the transaction of its effect", []piece{{
		"db/idempotency.go", `
		claim, err := tx.claim(w)
		if err != nil {
			return err
		}
		if answer, err = w.Effect(tx); err != nil {
			return err
		}
		return tx.store(claim, answer)
	})
`, `
		var err error
		answer, err = w.Effect(tx)
		return err
	})
	if err == nil {
		err = d.Tx(ctx, func(tx *Tx) error {
			claim, err := tx.claim(w)
			if err != nil {
				return err
			}
			return tx.store(claim, answer)
		})
	}
`,
	}}},
	{"a deadlock is answered by the same statement once more", []piece{
		{"db/pool.go", "if err != nil && t.failed == nil {", "if err != nil && t.failed == nil && mysqlCode(err) != mysqlDeadlock {"},
		{"orders-api/stock.go", `.Order("id").Find(&products).Error
	if err != nil {
`, `.Order("id").Find(&products).Error
	if err != nil {
		err = tx.Clauses(db.Lock()).Where("id IN ?", db.Padded(ids)).Order("id").Find(&products).Error
	}
	if err != nil {
`},
	}},
	{"a confirmation that took too long is taken for a refusal", []piece{{
		"orchestrator/create_and_confirm.go", `case fault.Is(err, "ORDER_NOT_CONFIRMABLE"):`, "case err != nil:",
	}}},
}

// write writes the mutant's files into a folder, and gives the overlay that builds it.
func (m mutant) write(root, folder string) (overlay string, err error) {
	sources, replaced := map[string]string{}, map[string]string{}
	for _, p := range m.pieces {
		path, err := filepath.Abs(filepath.Join(root, p.file))
		if err != nil {
			return "", err
		}
		if sources[path] == "" {
			text, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			sources[path] = string(text)
		}
		if n := strings.Count(sources[path], p.old); n != 1 {
			return "", fmt.Errorf("%s: what is to be broken is in %s %d times, not once: %s", m.name, p.file, n, p.old)
		}
		sources[path] = strings.Replace(sources[path], p.old, p.replacement, 1)
	}
	for path, text := range sources {
		replaced[path] = filepath.Join(folder, filepath.Base(path))
		if err := os.WriteFile(replaced[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// What a mutant is given to be found.
const (
	mutantOperations = 1500
	mutantFaults     = 60
	mutantSeeds      = 3
)

// selftest breaks one rule after the other, and sees that the campaign finds each.
func selftest(ctx context.Context, s settings) error {
	s.operations, s.faults, s.untilFirst = mutantOperations, mutantFaults, true
	var missed []error
	for _, m := range mutants {
		r, err := s.hunt(ctx, m)
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", m.name, err)
		case len(r.violations) == 0:
			fmt.Printf("NOT FOUND: %s, in %d campaigns of %d operations from seed %d\n", m.name, mutantSeeds, s.operations, s.seed)
			missed = append(missed, errors.New(m.name))
		default:
			fmt.Printf("found: %s, in %.0f s, with seed %d: %s\n", m.name, r.length.Seconds(), r.seed, r.violations[0])
		}
	}
	return errors.Join(missed...)
}

// hunt runs campaigns against a mutant until one of them finds it.
func (s settings) hunt(ctx context.Context, m mutant) (r *report, err error) {
	folder, err := os.MkdirTemp("", "b2b-mutant-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if s.overlay, err = m.write(s.root, folder); err != nil {
		return nil, err
	}
	for range mutantSeeds {
		if r, err = torture(ctx, s); err != nil || len(r.violations) > 0 {
			return r, err
		}
		s.seed++
	}
	return r, nil
}
