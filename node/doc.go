// Package node is the bill of materials: it builds every part of Beep in order,
// plugs them together, and stops them in the reverse order. It is the one place
// where behaviours meet; everywhere else a package names the small interface it
// needs and knows nobody.
//
// It must hold no behaviour of its own: what is more than plugging belongs into
// the package that owns the matter.
package node
