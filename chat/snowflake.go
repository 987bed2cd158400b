package chat

// A snowflake, from the most significant bit: one zero bit, 41 bits of
// milliseconds since SnowflakeEpoch, 10 bits of worker number, 12 bits of
// sequence within the millisecond. Layout and epoch are Discord's, so that a
// Discord-compatible door stays cheap.
const (
	SnowflakeEpoch        = 1420070400000 // Unix milliseconds, 2015-01-01T00:00:00Z
	SnowflakeWorkerBits   = 10
	SnowflakeSequenceBits = 12
	MaxSnowflakeWorker    = 1<<SnowflakeWorkerBits - 1
	MaxSnowflakeSequence  = 1<<SnowflakeSequenceBits - 1
)

// Snowflake composes an identifier from Unix milliseconds, a worker number and
// a sequence number; the caller keeps the last two within their bits.
func Snowflake(unixMilli int64, worker, sequence uint64) uint64 {
	ms := uint64(unixMilli-SnowflakeEpoch) & (1<<41 - 1)
	return ms<<(SnowflakeWorkerBits+SnowflakeSequenceBits) | worker<<SnowflakeSequenceBits | sequence
}

// SnowflakeTime is the Unix time in milliseconds at which id was made.
func SnowflakeTime(id uint64) int64 {
	return int64(id>>(SnowflakeWorkerBits+SnowflakeSequenceBits)) + SnowflakeEpoch
}
