//go:build !unix

package main

// raiseFileLimit has nothing to do where there is no such limit.
func raiseFileLimit() {}
