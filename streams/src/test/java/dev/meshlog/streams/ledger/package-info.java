@NullMarked
package dev.meshlog.streams.ledger;

import org.jspecify.annotations.NullMarked;
