/** What is asked of a committed state beyond its entries: the objects of an owner, the results of transactions. Nothing that is decided rests on it. */
@NullMarked
package dev.meshlog.ledger.query;

import org.jspecify.annotations.NullMarked;
