package dev.meshlog.ledger.vectors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.chain.GenesisState;
import dev.meshlog.schemas.Hex;
import java.util.List;

/** Texts of genesis.json, what they stand for, and texts that are refused. */
final class GenesisVectors {
    private GenesisVectors() {}

    static ObjectNode make() {
        ObjectNode file = VectorFiles.object();
        ArrayNode accepted = file.putArray("accepted");
        String shared = VectorNetwork.GENESIS.toJson();
        accept(accepted, "the network of the other vectors", shared);
        accept(accepted, "the same without white space", shared.replaceAll("\\s", ""));
        accept(accepted, "a bootstrap: one validator", bootstrap().toJson());
        ArrayNode refused = file.putArray("refused");
        refuse(refused, "a field is missing", shared.replace("\"gcDepth\" : 6,", ""));
        refuse(refused, "a field is unknown", shared.replace("\"gcDepth\"", "\"more\" : 1, \"gcDepth\""));
        refuse(refused, "a field is there twice", shared.replace("\"gcDepth\"", "\"gcDepth\" : 6, \"gcDepth\""));
        refuse(refused, "a number is a text", shared.replace("\"gcDepth\" : 6", "\"gcDepth\" : \"6\""));
        refuse(refused, "a weight of 0", shared.replace("\"weight\" : 10,", "\"weight\" : 0,"));
        refuse(
                refused,
                "two validators with one key",
                shared.replace(
                        VectorNetwork.VALIDATORS.get(1).publicKey().hex(),
                        VectorNetwork.VALIDATORS.get(0).publicKey().hex()));
        refuse(refused, "something follows", shared + "{}");
        return file;
    }

    private static GenesisConfig bootstrap() {
        var self = new Validator(VectorNetwork.VALIDATORS.get(0).publicKey(), Validator.MAX_WEIGHT, "", 0);
        return new GenesisConfig("größte", List.of(self), 300, 60, 16, 12, 1_000, List.of(), List.of());
    }

    private static void accept(ArrayNode list, String name, String json) {
        GenesisConfig genesis = GenesisConfig.ofJson(json);
        ObjectNode vector = list.addObject()
                .put("name", name)
                .put("json", json)
                .put("canonical", Hex.of(genesis.canonicalBytes()))
                .put("networkId", genesis.networkId().hex());
        Entries.put(vector.putArray("state"), GenesisState.entries(genesis));
    }

    private static void refuse(ArrayNode list, String name, String json) {
        list.addObject().put("name", name).put("json", json);
    }
}
