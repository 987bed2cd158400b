package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"beep/chat"
	"beep/cluster"
)

// Register tells a node how the three kinds of actor are made. tips must be run
// beside it.
func Register(n *cluster.Node, cfg *Config, tips *Tips) {
	wins := &windows{}
	for kind, b := range map[chat.EntityKind]func(*shell) behaviour{
		chat.KindServer: newServer, chat.KindChannel: newChannel, chat.KindUser: newUser,
	} {
		n.Register(kind, func(cell *cluster.Cell) actor.Actor { return newShell(cfg, tips, wins, cell, b) })
	}
}
