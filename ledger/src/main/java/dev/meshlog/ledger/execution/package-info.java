/** What a transaction does to the state. */
@NullMarked
package dev.meshlog.ledger.execution;

import org.jspecify.annotations.NullMarked;
