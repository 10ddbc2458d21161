package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"
)

func (d *DB) connect(ctx context.Context, url string, o Options) error {
	switch {
	case strings.HasPrefix(url, "mysql://"):
		d.dialect = MySQL
		return d.connectMySQL(ctx, url, o)
	case strings.HasPrefix(url, "sqlite:"):
		d.dialect = SQLite
		return d.connectSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), o)
	default:
		return errors.New("database: the address must begin with mysql:// or with sqlite: and a path")
	}
}

// connectMySQL opens one pool for reads and writes. What a session needs is set once, when its connection is made.
func (d *DB) connectMySQL(ctx context.Context, url string, o Options) error {
	config, err := mysqlConfig(url)
	if err != nil {
		return err
	}
	isolation, err := isolationVariable(ctx, config)
	if err != nil {
		return err
	}
	config.Params[isolation] = "'READ-COMMITTED'"
	connector, err := connectorTo(config)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	d.write = newPool(sqlDB(o.Wrap(connector), o.PoolSize))
	d.read = d.write
	d.patient = func(size int) *sql.DB { return patientMySQL(config, size) }
	return nil
}

// patientMySQL opens connections that wait for an answer as long as it takes, for going through big tables or changing them, and
// give up soon on a table that somebody else is using.
func patientMySQL(config *mysqldriver.Config, size int) *sql.DB {
	patient := config.Clone()
	patient.ReadTimeout = 0
	patient.Params["lock_wait_timeout"] = "5"
	connector, err := connectorTo(patient)
	if err != nil {
		panic(err) // the same settings have just been accepted
	}
	return sqlDB(connector, size)
}

// sqlMode refuses what MySQL would otherwise bend until it fits.
const sqlMode = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION"

// mysqlConfig turns the address into the driver's settings. The server waits 3 s for a row, the driver 10 s for an
// answer; clientFoundRows makes an UPDATE tell how many rows it found, so that a missing one is noticed.
func mysqlConfig(address string) (*mysqldriver.Config, error) {
	u, servers := parseMySQL(address)
	if servers == nil {
		return nil, errors.New("database: the address must read mysql://user:password@host:3306/name, or host1:3306,host2:3306 for several hosts")
	}
	config := mysqldriver.NewConfig()
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.Net, config.Addr, config.DBName = "tcp", strings.Join(servers, ","), strings.Trim(u.Path, "/")
	config.ParseTime, config.Loc = true, time.UTC
	config.Timeout, config.ReadTimeout, config.WriteTimeout = 3*time.Second, 10*time.Second, 10*time.Second
	config.ClientFoundRows, config.RejectReadOnly = true, true
	config.Collation = "utf8mb4_bin"
	config.Logger = &mysqldriver.NopLogger{}
	config.Params = map[string]string{
		"time_zone":                "'+00:00'",
		"innodb_lock_wait_timeout": "3",
		"sql_mode":                 "'" + sqlMode + "'",
	}
	return config, nil
}

// parseMySQL gives what all servers of an address have in common, and each with its port; none where something is wrong.
func parseMySQL(address string) (common *url.URL, servers []string) {
	authority, path, _ := strings.Cut(strings.TrimPrefix(address, "mysql://"), "/")
	at := strings.LastIndex(authority, "@") + 1
	for host := range strings.SplitSeq(authority[at:], ",") {
		u, err := url.Parse("mysql://" + authority[:at] + host + "/" + path)
		if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") == "" {
			return nil, nil
		}
		if strings.ContainsAny(u.Hostname(), ":;") && net.ParseIP(u.Hostname()) == nil {
			return nil, nil
		}
		port := cmp.Or(u.Port(), "3306")
		server := net.JoinHostPort(u.Hostname(), port)
		if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 || slices.Contains(servers, server) {
			return nil, nil
		}
		common, servers = u, append(servers, server)
	}
	return common, servers
}

var mariaDB = regexp.MustCompile(`^(\d+)\.(\d+)\.\d+-MariaDB`)

// isolationVariable asks the server which variable sets the isolation of a session: MariaDB before 11.1 has its own name.
func isolationVariable(ctx context.Context, config *mysqldriver.Config) (string, error) {
	connector, err := connectorTo(config)
	if err != nil {
		return "", fmt.Errorf("database: %w", err)
	}
	probe := sqlDB(connector, 1)
	defer func() { _ = probe.Close() }()
	var version string
	if err := probe.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return "", fmt.Errorf("database: %w", err)
	}
	if m := mariaDB.FindStringSubmatch(version); m != nil {
		major, _ := strconv.Atoi(m[1])
		minor, _ := strconv.Atoi(m[2])
		if major < 11 || (major == 11 && minor < 1) {
			return "tx_isolation", nil
		}
	}
	return "transaction_isolation", nil
}

func dialector(dialect Dialect, conn gorm.ConnPool) gorm.Dialector {
	if dialect == SQLite {
		return sqliteDialector(conn)
	}
	// Without RETURNING, MariaDB is sent what MySQL is: ids of several rows are consecutive on both.
	return gormmysql.New(gormmysql.Config{Conn: conn, DisableWithReturning: true})
}
