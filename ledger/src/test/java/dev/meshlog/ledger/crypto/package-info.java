@NullMarked
package dev.meshlog.ledger.crypto;

import org.jspecify.annotations.NullMarked;
