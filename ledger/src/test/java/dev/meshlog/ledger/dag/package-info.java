@NullMarked
package dev.meshlog.ledger.dag;

import org.jspecify.annotations.NullMarked;
