package dev.meshlog.ledger.execution;

import dev.meshlog.ledger.Hash;
import java.util.List;

/** What became of one transaction of a committed vertex. */
public record TxResult(Hash txId, Hash vertexId, ResultCode code, String detail, List<Hash> created) {
    public TxResult {
        created = List.copyOf(created);
    }

    public boolean isOk() {
        return code == ResultCode.OK;
    }
}
