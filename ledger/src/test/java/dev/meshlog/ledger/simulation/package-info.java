@NullMarked
package dev.meshlog.ledger.simulation;

import org.jspecify.annotations.NullMarked;
