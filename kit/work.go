package kit

import (
	"context"
	"time"
)

// workPatience is how long is waited between two looks for work.
const workPatience = time.Second

// Work registers work that lies in the database: step does a little of it, and says whether there was anything to do. It
// is called again at once while there is, and otherwise after a moment or when it is woken, until serving ends. What goes
// wrong is logged, and tried again.
func (a *App) Work(what string, step func(ctx context.Context) (did bool, err error)) (wake func()) {
	fresh := make(chan struct{}, 1)
	a.OnServe(func(ctx context.Context) {
		for ctx.Err() == nil {
			did, err := step(ctx)
			if err != nil && ctx.Err() == nil {
				a.log.Error(what, "error", err)
			}
			if did && err == nil {
				continue
			}
			select {
			case <-ctx.Done():
			case <-fresh:
			case <-time.After(workPatience):
			}
		}
	})
	return func() {
		select {
		case fresh <- struct{}{}:
		default: // it is woken already
		}
	}
}
