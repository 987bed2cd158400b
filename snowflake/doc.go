// Package snowflake makes identifiers: 64-bit numbers that are unique over all
// nodes and grow with time, in the layout of chat.Snowflake.
//
// Uniqueness rests on one thing: no two generators that live at the same time
// may have the same worker number. Whoever calls New holds that number by lease
// or by being the only process.
//
// The package must never do I/O, and it must never give an identifier twice,
// whatever the clock does.
package snowflake
