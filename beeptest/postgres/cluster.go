package postgres

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	startTimeout = 60 * time.Second // a loaded machine
	stopTimeout  = 60 * time.Second
	retryEvery   = 20 * time.Millisecond

	// watch runs Postgres until its own input ends, which happens at the latest
	// when the test's process dies: no server outlives its test.
	watch = `"$@" & p=$!; read _; kill -INT $p; wait $p`
)

// Cluster is a Postgres server of a test. Database may be called from many
// goroutines; the server is started and stopped by one.
type Cluster struct {
	dir    string
	bin    string
	as     *syscall.Credential
	server *exec.Cmd
	input  io.Closer // closing it stops the server
	names  atomic.Int64
}

// New makes and starts a cluster that ends with t.
func New(t testing.TB) *Cluster {
	t.Helper()
	c := &Cluster{bin: binaries(t)}
	var err error
	if c.as, err = credential(); err != nil {
		t.Fatal(err)
	}
	// Not t.TempDir, which other users may not enter.
	if c.dir, err = os.MkdirTemp("", "beep-postgres-"); err != nil {
		t.Fatalf("make the cluster's directory: %v", err)
	}
	t.Cleanup(func() {
		c.Stop(t)
		if err := os.RemoveAll(c.dir); err != nil {
			t.Errorf("remove the cluster: %v", err)
		}
	})
	if c.as != nil {
		if err := os.Chown(c.dir, int(c.as.Uid), int(c.as.Gid)); err != nil {
			t.Fatalf("give the cluster to its user: %v", err)
		}
	}
	initdb := c.command("initdb", "-D", filepath.Join(c.dir, "data"), "-U", "beep", "-A", "trust",
		"-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	c.Start(t)
	return c
}

// Start starts the server, which must be stopped, and waits until it answers.
func (c *Cluster) Start(t testing.TB) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(c.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatalf("open the cluster's log: %v", err)
	}
	defer log.Close()
	cmd := exec.Command("/bin/sh", "-c", watch, "sh", filepath.Join(c.bin, "postgres"),
		"-D", filepath.Join(c.dir, "data"), "-k", c.dir, "-c", "listen_addresses=", "-F")
	c.prepare(cmd)
	cmd.Stdout, cmd.Stderr = log, log
	if c.input, err = cmd.StdinPipe(); err != nil {
		t.Fatalf("start Postgres: %v", err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start Postgres: %v", err)
	}
	c.server = cmd

	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	every := time.NewTicker(retryEvery)
	defer every.Stop()
	for {
		err := c.exec(ctx, "SELECT 1")
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(filepath.Join(c.dir, "log"))
			t.Fatalf("Postgres does not answer: %v\n%s", err, text)
		case <-every.C:
		}
	}
}

// Stop ends the server and all connections to it; its data stays. A server that
// is stopped stays so.
func (c *Cluster) Stop(t testing.TB) {
	t.Helper()
	if c.server == nil {
		return
	}
	_ = c.input.Close() // the server's end shows whether it worked
	giveUp := time.AfterFunc(stopTimeout, func() { _ = c.server.Process.Kill() })
	defer giveUp.Stop()
	err := c.server.Wait()
	c.server = nil
	if err != nil {
		t.Errorf("stop Postgres: %v", err)
	}
}

// Database makes an empty database and answers its address.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	name := "beep" + strconv.FormatInt(c.names.Add(1), 10)
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := c.exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create database: %v", err)
	}
	return c.dsn(name)
}

func (c *Cluster) dsn(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {c.dir}, "user": {"beep"}}.Encode()
}

func (c *Cluster) exec(ctx context.Context, query string) error {
	conn, err := pgx.Connect(ctx, c.dsn("postgres"))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, query)
	return err
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	c.prepare(cmd)
	return cmd
}

// prepare gives a command the cluster's user and a directory he may enter.
func (c *Cluster) prepare(cmd *exec.Cmd) {
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
}
