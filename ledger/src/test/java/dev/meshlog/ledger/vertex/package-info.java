@NullMarked
package dev.meshlog.ledger.vertex;

import org.jspecify.annotations.NullMarked;
