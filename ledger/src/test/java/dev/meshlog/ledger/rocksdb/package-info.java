@NullMarked
package dev.meshlog.ledger.rocksdb;

import org.jspecify.annotations.NullMarked;
