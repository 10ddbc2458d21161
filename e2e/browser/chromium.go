package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// chromium gives the path of a Chromium: the one that CHROMIUM names, one of the PATH, or Debian's, which is installed
// where that is allowed. Debian's chromium-headless-shell would be faster, but keeps no page for going back to it.
func chromium(ctx context.Context) (string, error) {
	if path := os.Getenv("CHROMIUM"); path != "" {
		return path, nil
	}
	if path, found := lookForChromium(); found {
		return path, nil
	}
	if err := once("chromium", func() error { return installChromium(ctx) }); err != nil {
		return "", fmt.Errorf("this needs Chromium: name one in CHROMIUM or install it; it could not be installed from here: %w", err)
	}
	if path, found := lookForChromium(); found {
		return path, nil
	}
	return "", errors.New("this needs Chromium, which is nowhere on the PATH although apt-get has installed it")
}

func lookForChromium() (string, bool) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, true
		}
	}
	return "", false
}

// installChromium installs Debian's package, with nothing that it merely recommends.
func installChromium(ctx context.Context) error {
	if _, found := lookForChromium(); found { // by someone who held the lock before
		return nil
	}
	fmt.Fprintln(os.Stderr, "browser: no Chromium found: installing it")
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	// A list of packages that cannot be refreshed may still be good enough.
	_ = run(ctx, "", asRoot("apt-get", "update", "-qq")...)
	return run(ctx, "", asRoot("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq",
		"-o", "DPkg::Lock::Timeout=300", "--no-install-recommends", "chromium")...)
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
