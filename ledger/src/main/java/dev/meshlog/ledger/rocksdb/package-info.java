/** State on disk in RocksDB, for those who keep it outside Kafka Streams. The only package of this module that does I/O. */
@NullMarked
package dev.meshlog.ledger.rocksdb;

import org.jspecify.annotations.NullMarked;
