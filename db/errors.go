package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"regexp"

	mysqldriver "github.com/go-sql-driver/mysql"

	"b2b.example/kit/fault"
)

// errUnknownCommit marks a commit of which nobody knows whether it happened.
var errUnknownCommit = errors.New("the outcome of the commit is unknown")

// The numbers of MySQL's and MariaDB's errors that decide what happens next.
const (
	mysqlLockWait      = 1205
	mysqlDeadlock      = 1213
	mysqlCommitFailed  = 1180
	mysqlRolledBack    = 3101 // by the cluster, at commit
	mysqlNotAgreed     = 3100 // the cluster could not be asked at commit: its server is cut off from it, or leaves it
	mysqlOffline       = 3032 // for everybody but administrators
	mysqlDuplicate     = 1062
	mysqlShutdown      = 1053
	mysqlKilled        = 1317
	mariaConnKilled    = 1927
	mysqlTooManyConns  = 1040
	mysqlUsersConns    = 1203 // the account has as many connections as it may have
	mysqlUsersLimit    = 1226 // the same, by a limit of the account's own
	mysqlDiskFull      = 1021
	mysqlTableFull     = 1114
	mysqlColumnThere   = 1060
	mysqlIndexThere    = 1061
	sqliteBusy         = 5
	sqliteLocked       = 6
	sqliteUnique       = 2067 // SQLITE_CONSTRAINT_UNIQUE
	sqlitePrimaryKey   = 1555
	sqliteFull         = 13
	sqlitePrimaryCodes = 0xff // extended codes carry the primary one in their lowest byte
)

func mysqlCode(err error) uint16 {
	if e, ok := errors.AsType[*mysqldriver.MySQLError](err); ok {
		return e.Number
	}
	return 0
}

// refusedByServer says that the database itself has answered, so that the outcome is known.
func refusedByServer(err error) bool { return mysqlCode(err) != 0 || sqliteCode(err) != 0 }

// runsAgain says whether running the whole transaction again can help: it met a conflict, lost its connection, or
// nobody knows whether it was committed.
func runsAgain(err error) bool {
	var refusal *fault.Fault
	if err == nil || errors.As(err, &refusal) {
		return false
	}
	switch mysqlCode(err) {
	case mysqlLockWait, mysqlDeadlock, mysqlCommitFailed, mysqlRolledBack, mysqlNotAgreed, mysqlOffline, mysqlShutdown, mysqlKilled, mariaConnKilled,
		mysqlTooManyConns, mysqlUsersConns, mysqlUsersLimit:
		return true
	}
	switch sqliteCode(err) & sqlitePrimaryCodes {
	case sqliteBusy, sqliteLocked:
		return true
	}
	return errors.Is(err, errUnknownCommit) || lostConnection(err)
}

func lostConnection(err error) bool {
	var network *net.OpError
	return errors.Is(err, errNoWriter) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysqldriver.ErrInvalidConn) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}

// full says that there is no room for more. Running it again at once does not help; once somebody has made room, it does.
func full(err error) bool {
	code := mysqlCode(err)
	return code == mysqlDiskFull || code == mysqlTableFull || sqliteCode(err)&sqlitePrimaryCodes == sqliteFull
}

// seen turns what the database could not do for now into a fault that a caller may see, and leaves the rest alone.
func seen(err error) error {
	var refusal *fault.Fault
	switch {
	case err == nil || errors.As(err, &refusal):
		return err
	case runsAgain(err), full(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return busy(err)
	default:
		return err
	}
}

var duplicateKey = regexp.MustCompile(`for key '(?:[^'.]*\.)?([^']+)'$|UNIQUE constraint failed: [^.]+\.(\w+)`)

// Duplicate says whether the error is that of a unique index, and which column was taken. On MySQL unique indexes bear
// the name of their column (see the migrations), on SQLite the error names the column itself.
func Duplicate(err error) (column string, ok bool) {
	code := sqliteCode(err)
	if mysqlCode(err) != mysqlDuplicate && code != sqliteUnique && code != sqlitePrimaryKey {
		return "", false
	}
	found := duplicateKey.FindStringSubmatch(err.Error())
	if found == nil {
		return "", true
	}
	return found[1] + found[2], true
}
