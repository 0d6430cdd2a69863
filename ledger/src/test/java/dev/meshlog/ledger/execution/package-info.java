@NullMarked
package dev.meshlog.ledger.execution;

import org.jspecify.annotations.NullMarked;
