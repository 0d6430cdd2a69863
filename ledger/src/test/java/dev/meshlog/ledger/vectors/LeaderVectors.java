package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.Validators;
import java.util.ArrayList;
import java.util.List;

/** Sets of several weights, their quorums and their leaders. */
final class LeaderVectors {
    private static final long EPOCH_LENGTH = 10;

    private LeaderVectors() {}

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        file.put("networkId", VectorNetwork.NETWORK.hex()).put("epochLength", EPOCH_LENGTH);
        ArrayNode sets = file.putArray("sets");
        add(sets, 1);
        add(sets, 1, 1, 1, 1);
        add(sets, 1, 2, 3, 4, 5);
        add(sets, 1, 1_000_000_007, 1);
        add(sets, Validator.MAX_WEIGHT, Validator.MAX_WEIGHT, Validator.MAX_WEIGHT, 1);
        return file;
    }

    private static void add(ArrayNode sets, long... weights) {
        List<Validator> members = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            members.add(new Validator(Network.key(i).publicKey(), weights[i], "", 0));
        }
        var validators = new Validators(members);
        ObjectNode set = sets.addObject();
        TransactionVectors.put(set.putArray("validators"), validators);
        set.put("totalWeight", validators.totalWeight()).put("quorumWeight", validators.quorumWeight());
        ArrayNode leaders = set.putArray("leaders");
        for (long round = 0; round < 30; round++) {
            Hash leader = validators.leader(VectorNetwork.NETWORK, round / EPOCH_LENGTH, round);
            leaders.add(validators.members().indexOf(validators.find(leader).orElseThrow()));
        }
    }
}
