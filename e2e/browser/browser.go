// Package browser drives a real Chromium as a person would: it clicks what can be seen, types where the focus is, and
// finds things by their role and name. Whatever a page does that it must not (an error in the console, a breach of its
// Content-Security-Policy, a request that fails or goes to another host, a dialog) fails the test at its end.
//
//	chromium, err := browser.Start(browser.Shell)
//	p := chromium.Open(t, browser.Options{Base: "http://127.0.0.1:3002"})
//	p.Go("/backoffice/orders/7")
//	p.Leads(func() { p.Click(browser.Button("Confirm")) })
//	p.See("Confirmed")
package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
)

// T is what the package needs of a test.
type T interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	FailNow()
	Failed() bool
	Cleanup(end func())
}

// Browser is one Chromium. Each page that it opens has cookies, storage and a cache of its own.
type Browser struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// Start starts a Chromium without a window, which talks to nobody on its own.
func Start(kind Kind) (*Browser, error) {
	path, err := kind.find(context.Background())
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("lang", "en-US"),
		chromedp.Flag("font-render-hinting", "none"))
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return &Browser{ctx, cancel}, nil
}

// Close ends the browser and removes its files.
func (b *Browser) Close() error {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	err := chromedp.Cancel(ctx)
	b.cancel()
	return err
}
