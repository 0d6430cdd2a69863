package dev.meshlog.ledger.dag;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validators;

/** Who counts at which round. Asked only for rounds whose epoch's set is final. */
public interface Schedule {
    Validators validators(long round);

    Hash leader(long round);
}
