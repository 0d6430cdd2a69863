@NullMarked
package dev.meshlog.ledger.chain;

import org.jspecify.annotations.NullMarked;
