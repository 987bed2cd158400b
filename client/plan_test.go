package client

import (
	"errors"
	"testing"
	"time"

	"github.com/coder/websocket"
)

func toStatus(code int) websocket.StatusCode { return websocket.StatusCode(code) }

func TestTheCloseCodeTableIsFollowed(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]Advice{
		1000: AdviceResume, 1001: AdviceResume, 1006: AdviceResume, 1011: AdviceResume, 1012: AdviceResume,
		4000: AdviceResume, 4001: AdviceResume, 4002: AdviceResume, 4003: AdviceResume, 4050: AdviceResume,
		4100: AdviceLater, 4150: AdviceLater,
		4200: AdviceSignIn,
		4201: AdviceStop, 4202: AdviceStop, 4203: AdviceStop, 4204: AdviceStop, 4205: AdviceStop, 4206: AdviceStop,
		4299: AdviceStop, 1002: AdviceStop, 1003: AdviceStop, 1007: AdviceStop, 1009: AdviceStop,
	} {
		if got := (&CloseError{Code: code}).Advice(); got != want {
			t.Errorf("%d: %s, want %s", code, got, want)
		}
	}
}

func TestBackoffIsRandomAndDoublesUpToHalfAMinute(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		n    int
		dice float64
		want time.Duration
	}{
		{1, 0, 100 * time.Millisecond}, {1, 1, time.Second}, {2, 0, 200 * time.Millisecond}, {2, 1, 2 * time.Second},
		{6, 1, 30 * time.Second}, {6, 0, 3 * time.Second}, {1000, 1, 30 * time.Second},
	} {
		if got := backoff(tc.n, tc.dice); got != tc.want {
			t.Errorf("attempt %d, dice %v: %s, want %s", tc.n, tc.dice, got, tc.want)
		}
	}
}

func TestPlanWaitsAsTheServerWishes(t *testing.T) {
	t.Parallel()
	c := New(Options{})
	c.dice = func() float64 { return 0.5 }
	if wait, fatal := c.plan(&CloseError{Code: CloseTooMany}); wait != 3*time.Second || fatal {
		t.Errorf("4100: %s %v", wait, fatal)
	}
	c.wait = 1500 * time.Millisecond
	if wait, fatal := c.plan(&CloseError{Code: CloseStopping}); wait != 1500*time.Millisecond || fatal {
		t.Errorf("4002 after reconnect: %s %v", wait, fatal)
	}
	if wait, _ := c.plan(&CloseError{Code: CloseAbnormal, Err: errors.New("gone")}); wait != 550*time.Millisecond {
		t.Errorf("1006: %s", wait)
	}
	if wait, _ := c.plan(&HandshakeError{Status: 503}); wait != 1100*time.Millisecond {
		t.Errorf("HTTP 503, second failure: %s", wait)
	}
	if _, fatal := c.plan(&HandshakeError{Status: 403}); !fatal {
		t.Error("HTTP 403 is not final")
	}
}
