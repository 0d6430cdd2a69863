@NullMarked
package dev.meshlog.ledger.proof;

import org.jspecify.annotations.NullMarked;
