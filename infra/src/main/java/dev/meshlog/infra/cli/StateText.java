package dev.meshlog.infra.cli;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.chain.ChainHead;
import dev.meshlog.ledger.execution.LedgerObject;
import dev.meshlog.ledger.state.EntryDifference;
import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.ledger.ValidatorSets;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Entries of the state for people: the tables by name, objects decoded, the rest in hex. */
final class StateText {
    private static final AvroBinary<ValidatorSets> VALIDATORS = new AvroBinary<>(ValidatorSets.getClassSchema());

    private StateText() {}

    static String line(byte[] key, byte[] value) {
        return json(key, value).entrySet().stream()
                .map(field -> field.getKey().equals("table")
                        ? String.valueOf(field.getValue())
                        : field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining(" "));
    }

    /** {@code + } what only the second state has, {@code - } what only the first has, {@code ~ } what changed: the fields with both values. */
    static String difference(EntryDifference difference) {
        byte[] before = difference.before();
        byte[] after = difference.after();
        if (before == null || after == null) {
            return after == null
                    ? "- " + line(difference.key(), Objects.requireNonNull(before))
                    : "+ " + line(difference.key(), after);
        }
        Map<String, Object> old = json(difference.key(), before);
        return "~ "
                + json(difference.key(), after).entrySet().stream()
                        .map(field -> text(field.getKey(), old.get(field.getKey()), field.getValue()))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining(" "));
    }

    private static String text(String name, @Nullable Object before, Object after) {
        if (name.equals("table")) {
            return String.valueOf(after);
        }
        if (after.equals(before)) {
            return name.equals("id") || name.equals("key") ? name + "=" + after : "";
        }
        return name + "=" + before + "->" + after;
    }

    static Map<String, Object> json(byte[] key, byte[] value) {
        var fields = new LinkedHashMap<String, Object>();
        byte[] id = Arrays.copyOfRange(key, 1, key.length);
        switch (key[0]) {
            case 1 -> object(fields, id, LedgerObject.decode(value));
            case 2 -> validators(fields, VALIDATORS.decode(value));
            case 3 -> other(fields, "transaction", id, value);
            case 4 -> other(fields, "vertex", id, value);
            case 5 -> chain(fields, ChainHead.decode(value));
            default -> other(fields, "table-" + key[0], id, value);
        }
        return fields;
    }

    private static void object(Map<String, Object> fields, byte[] id, LedgerObject object) {
        fields.put("table", "object");
        fields.put("id", Hash.of(id).hex());
        fields.put("version", object.version());
        fields.put("owner", object.owner().hex());
        if (object.value() instanceof LedgerObject.Coins coins) {
            fields.put("amount", coins.amount());
        } else if (object.value() instanceof LedgerObject.Content content) {
            fields.put("content", text(content.bytes()));
        }
    }

    private static void validators(Map<String, Object> fields, ValidatorSets sets) {
        fields.put("table", "validators");
        for (var set : sets.getSets()) {
            var members = new LinkedHashMap<String, Object>();
            for (var validator : set.getValidators()) {
                var member = new LinkedHashMap<String, Object>();
                member.put("weight", validator.getWeight());
                member.put("gossipAddress", validator.getGossipAddress());
                member.put("stake", validator.getStake());
                members.put(Hash.of(validator.getPublicKey()).hex(), member);
            }
            fields.put("fromEpoch" + set.getFromEpoch(), members);
        }
    }

    private static void chain(Map<String, Object> fields, ChainHead head) {
        fields.put("table", "chain");
        fields.put("commit", head.commitIndex());
        fields.put("hash", head.commitHash().hex());
        fields.put("round", head.leaderRound());
        fields.put("epoch", head.epoch());
        fields.put("gcFloor", head.gcFloor());
        fields.put("vertices", head.vertices());
        fields.put("transactions", head.transactions());
        fields.put("failed", head.failedTransactions());
    }

    private static void other(Map<String, Object> fields, String table, byte[] key, byte[] value) {
        fields.put("table", table);
        fields.put("key", Hex.of(key));
        fields.put("value", Hex.of(value));
    }

    /** Printable ASCII as it is, in quotes; everything else in hex. */
    private static String text(byte[] content) {
        for (byte each : content) {
            if (each < 0x20 || each > 0x7e || each == '"') {
                return "0x" + Hex.of(content);
            }
        }
        return '"' + new String(content, StandardCharsets.US_ASCII) + '"';
    }
}
