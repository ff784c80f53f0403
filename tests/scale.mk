# Tests of scale: shards, jobs, streamed certificates.
TESTS += tests/cli/shard.sh
EXTRA_DIST += tests/cli/shard.sh
