package dev.meshlog.ingest.virtual;

import io.netty.handler.ipfilter.IpFilterRule;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Who may connect: this machine, and the addresses and networks that are named. */
record AllowList(List<IpFilterRule> rules) {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    AllowList {
        rules = List.copyOf(rules);
    }

    /**
     * @param texts such as {@code 192.168.1.20}, {@code 192.168.1.0/24}, {@code fd00::/8}; no host names, which are whose the name server says
     * @throws IllegalArgumentException when one is something else
     */
    static AllowList parse(List<String> texts) {
        return new AllowList(texts.stream().map(AllowList::rule).toList());
    }

    boolean accepts(InetSocketAddress client) {
        return client.getAddress().isLoopbackAddress() || rules.stream().anyMatch(rule -> rule.matches(client));
    }

    private static IpFilterRule rule(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address == null) {
            throw wrong(text);
        }
        int bits = address.length == 4 ? IPV4_BITS : IPV6_BITS;
        try {
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bits) {
                throw wrong(text);
            }
            return new IpSubnetFilterRule(InetAddress.getByAddress(address), prefix, IpFilterRuleType.ACCEPT);
        } catch (NumberFormatException | UnknownHostException e) {
            throw wrong(text);
        }
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is no address and no network; write 192.168.1.20 or 192.168.1.0/24");
    }
}
