package node

import (
	"context"
	"errors"
	"os"
)

// Stop ends the node in order: nobody comes in any more, sessions are sent
// away, actors finish and save themselves, readers stop, then what they stood
// on. Until ctx ends it waits; after that it goes on without.
func (n *Node) Stop(ctx context.Context) error {
	n.stopOnce.Do(func() { n.stopResult = n.stop(ctx) })
	return n.stopResult
}

func (n *Node) stop(ctx context.Context) error {
	var errs []error
	if n.lock != nil { // else it is another node's
		_ = os.Remove(n.readyPath())
	}
	if n.admin != nil {
		errs = append(errs, n.admin.Close())
	}
	if n.gateway != nil {
		n.gateway.Drain(ctx)
	}
	if n.http != nil {
		if err := n.http.Shutdown(ctx); err != nil {
			errs = append(errs, n.http.Close())
		}
	} else if n.listener != nil {
		errs = append(errs, n.listener.Close())
	}
	if n.place != nil {
		errs = append(errs, n.place.Drain(ctx))
	}
	n.cancel()
	n.run.Wait()
	if n.tenants != nil {
		n.tenants.Close()
	}
	if n.log != nil {
		n.log.Close()
	}
	if n.conn != nil {
		n.conn.Close()
	}
	if n.broker != nil {
		n.broker.Shutdown()
	}
	if n.store != nil {
		errs = append(errs, n.store.Close())
	}
	if n.lock != nil {
		errs = append(errs, n.lock.release())
	}
	return errors.Join(errs...)
}
