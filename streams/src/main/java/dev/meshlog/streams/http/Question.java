package dev.meshlog.streams.http;

import dev.meshlog.ledger.Hash;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A path and its parameters. */
record Question(String method, List<String> path, Map<String, String> parameters) {
    static final String NEWEST = "newest";

    Question {
        path = List.copyOf(path);
        parameters = Map.copyOf(parameters);
    }

    /** @throws Refusal when the query can't be read */
    static Question of(String method, URI uri) {
        List<String> path = Arrays.stream(uri.getPath().split("/", -1))
                .filter(segment -> !segment.isEmpty())
                .toList();
        var parameters = new LinkedHashMap<String, String>();
        String query = uri.getRawQuery();
        if (query != null && !query.isEmpty()) {
            for (String pair : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                if (parameters.put(name, value) != null) {
                    throw Refusal.badRequest("BAD_PARAMETER", "The parameter " + name + " is there twice.");
                }
            }
        }
        return new Question(method, path, parameters);
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("BAD_PARAMETER", "The query can't be read: " + e.getMessage());
        }
    }

    /** First part of the path, for routes and metrics; empty for the root. */
    String route() {
        return path.isEmpty() ? "" : path.get(0);
    }

    /** The checkpoint that is asked for; empty when the present is. {@link Long#MAX_VALUE} stands for the newest. */
    Optional<Long> at() {
        String at = parameters.get("at");
        if (at == null) {
            return Optional.empty();
        }
        return Optional.of(at.equals(NEWEST) ? Long.MAX_VALUE : number("at", at));
    }

    boolean wantsProof() {
        boolean proof = isTrue("proof");
        if (proof && at().isEmpty()) {
            throw Refusal.badRequest(
                    "BAD_PARAMETER", "A proof is of a checkpoint: proof=true goes with at=CHECKPOINT.");
        }
        return proof;
    }

    boolean isTrue(String name) {
        String value = parameters.get(name);
        if (value == null || value.equals("false")) {
            return false;
        }
        if (!value.equals("true")) {
            throw Refusal.badRequest("BAD_PARAMETER", name + " is true or false, not '" + value + "'.");
        }
        return true;
    }

    /** @throws Refusal when there are others, since a mistyped parameter must not be passed over */
    void allow(Set<String> known) {
        for (String name : parameters.keySet()) {
            if (!known.contains(name)) {
                throw Refusal.badRequest(
                        "BAD_PARAMETER",
                        "Unknown parameter " + name + "; known here: "
                                + String.join(", ", known.stream().sorted().toList()) + ".");
            }
        }
    }

    static long number(String name, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw Refusal.badRequest("BAD_PARAMETER", name + " is a number, not '" + text + "'.");
        }
        return Long.parseLong(text);
    }

    static Hash hash(String name, String text) {
        try {
            return Hash.ofHex(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest("BAD_PARAMETER", name + " is 64 hex digits, not '" + text + "'.");
        }
    }
}
