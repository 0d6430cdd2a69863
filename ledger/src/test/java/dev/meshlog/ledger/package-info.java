@NullMarked
package dev.meshlog.ledger;

import org.jspecify.annotations.NullMarked;
