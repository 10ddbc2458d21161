package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Kind is how much of Chromium is started.
type Kind string

// The kinds, by the names of Debian's packages. Shell never had a window: pages are the same in it, and it is three times
// as fast. Whole also keeps a page that was left as it was, for going back to it.
const (
	Shell Kind = "chromium-headless-shell"
	Whole Kind = "chromium"
)

// programs are the names of what will do for a kind, the best first.
var programs = map[Kind][]string{
	Shell: {"chromium-headless-shell", "chrome-headless-shell"},
	Whole: {"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"},
}

// find gives the path of a Chromium: one of the PATH, or Debian's, which is installed where that is allowed. Where there is
// no shell to be had, a whole one does.
func (k Kind) find(ctx context.Context) (string, error) {
	if path, found := k.look(); found {
		return path, nil
	}
	err := once("chromium", func() error { return k.install(ctx) })
	if path, found := k.look(); found {
		return path, nil
	}
	if k == Shell {
		return Whole.find(ctx)
	}
	return "", fmt.Errorf("this needs Chromium on the PATH, and it could not be installed from here: %w", err)
}

func (k Kind) look() (string, bool) {
	for _, name := range programs[k] {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// install installs Debian's package, with nothing that it merely recommends.
func (k Kind) install(ctx context.Context) error {
	if _, found := k.look(); found { // by someone who held the lock before
		return nil
	}
	fmt.Fprintln(os.Stderr, "browser: installing", k)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	// A list of packages that cannot be refreshed may still be good enough.
	_ = run(ctx, "", asRoot("apt-get", "update", "-qq")...)
	return run(ctx, "", asRoot("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq",
		"-o", "DPkg::Lock::Timeout=300", "--no-install-recommends", string(k))...)
}

func asRoot(command ...string) []string {
	if os.Getuid() == 0 {
		return command
	}
	return append([]string{"sudo", "-n"}, command...)
}

// run runs a command in a folder, and tells what it said when it fails.
func run(ctx context.Context, folder string, command ...string) error {
	c := exec.CommandContext(ctx, command[0], command[1:]...)
	c.Dir = folder
	if output, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", command, err, output)
	}
	return nil
}

// once does something that two processes must not do at the same time: the packages of a test run are tested side by
// side.
func once(name string, do func() error) error {
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), "b2b-"+name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }() // which unlocks it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return do()
}
