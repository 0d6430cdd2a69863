/** The DAG of accepted vertices and the rule that turns it into one order. */
@NullMarked
package dev.meshlog.ledger.dag;

import org.jspecify.annotations.NullMarked;
