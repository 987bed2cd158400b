// Package storesuite is the contract of store as tests: whatever database lies
// below, all of it holds.
package storesuite
