#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench_uplane.sh BUILD: TCP throughput through the tunnel of the user plane, on the
# machine's own kernel, between namespaces: CN - HA - MN, where HA and MN run mip6d and
# HA is also the router of the link that MN visits, so that nothing but the plane
# stands between the two ends of the tunnel. Measured in turns, both directions: the
# path without a tunnel (the kernel forwards), the user plane, and the user plane with
# offload and batching off, where the interfaces give no more than one segment at a
# time either. Exit 1 when the second is not at least three times the last. Needs root.
set -u
export LC_ALL=C

build=$(realpath "$1")
rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-2}

if [ "$(id -u)" != 0 ] || [ ! -c /dev/net/tun ]; then
	echo 'user plane: not measured, it needs root and /dev/net/tun'
	exit 0
fi
if [ "${2:-}" != inside ]; then
	# With the scheduling that users have: under real-time priorities the ends of the
	# connection wait for daemons that do not sleep while there is work.
	# All that is started ends with the script, however that ends.
	exec unshare --net --mount --propagation private --pid --fork --kill-child \
		--mount-proc "$0" "$build" inside
fi
mount -t tmpfs run /run
dir=/run/bench
mkdir $dir

in_cn() { ip netns exec cn "$@"; }

network() {
	for n in cn ha mn; do
		ip netns add $n
		ip -n $n link set lo up
		ip netns exec $n sysctl -qw net.ipv6.conf.default.accept_dad=0
	done
	ip -n cn link add eth0 type veth peer name cn netns ha
	ip -n mn link add eth0 type veth peer name foreign netns ha
	ip -n ha link add home type veth peer name wall
	for l in cn:eth0 ha:cn ha:home ha:wall ha:foreign mn:eth0; do
		ip -n ${l%:*} link set ${l#*:} up
	done
	ip netns exec ha sysctl -qw net.ipv6.conf.all.forwarding=1
	# The one that every kernel has; the default of some paces by what it measured.
	for n in cn mn; do ip netns exec $n sysctl -qw net.ipv4.tcp_congestion_control=reno; done
	ip -n cn address add 3fff:0:1::2/64 dev eth0
	ip -n ha address add 3fff:0:1::1/64 dev cn
	ip -n ha address add 3fff:0:100::1/64 dev home
	ip -n ha address add 3fff:0:201::1/64 dev foreign
	ip -n mn address add 3fff:0:201::2/64 dev eth0
	ip -n cn route add default via 3fff:0:1::1
	ip -n mn route add default via 3fff:0:201::1
}

configure() {
	cat >$dir/ha.conf <<-END
		NodeConfig HA; Plane user; UseMnHaIPsec disabled;
		Interface "home";
		Interface "foreign" { IfType AR; SendRouterAdvs enabled; MaxRtrAdvInterval 4; }
	END
	cat >$dir/mn.conf <<-END
		NodeConfig MN; Plane user; UseMnHaIPsec disabled;
		Interface "eth0";
		MnHomeLink "eth0" { HomeAgentAddress 3fff:0:100::1; HomeAddress 3fff:0:100::10/64; }
	END
}

daemon() { # NODE
	ip netns exec "$1" "$build/mip6d" -d -c "$dir/$1.conf" --name "$1" --state $dir \
		--control "$dir/$1.ctl" --events "$dir/$1.events"
}

# Both ends of the tunnel, until the mobile node is registered.
begin() { # on|off
	export MIP6D_OFFLOAD=$1
	rm -f $dir/mn.events $dir/*.state
	daemon ha && daemon mn || exit 1
	for _ in $(seq 100); do
		grep -q '"registered"' $dir/mn.events && return
		sleep 0.1
	done
	echo 'the mobile node did not register' >&2
	exit 1
}

end() {
	for n in mn ha; do
		pid=$("$build/mip6ctl" -s $dir/$n.ctl status --json | sed 's/.*"pid":\([0-9]*\).*/\1/')
		kill "$pid"
		while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
	done
}

# What interfaces may give as one packet.
segments() { # COUNT
	for l in cn:eth0 ha:cn ha:foreign mn:eth0; do
		ip -n ${l%:*} link set ${l#*:} gso_max_segs "$1"
	done
}

tcp() { # up|down ADDRESS-OF-MN: Mbit/s
	local reverse=
	[ "$1" = up ] || reverse=-R
	in_cn iperf3 -s -1 -D -I $dir/server >/dev/null
	for _ in $(seq 50); do
		in_cn ss -Hltn 'sport = :5201' | grep -q . && break
		sleep 0.02
	done
	ip netns exec mn iperf3 -c 3fff:0:1::2 -B "$2" -t "$seconds" $reverse -J |
		awk '/"sum_received"/ { here = 1 } here && /"bits_per_second"/ { gsub(/[^0-9.e+]/, "", $2); printf "%.0f\n", $2 / 1e6; exit }'
}

measure() { # MODE ADDRESS
	local direction
	for direction in up down; do
		echo "$(tcp $direction "$2")" >>"$dir/$1.$direction"
	done
}

median() { sort -n "$dir/$1" | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'; }

network
configure
for _ in $(seq "$rounds"); do
	measure plain 3fff:0:201::2
	begin on
	measure on 3fff:0:100::10
	end
	segments 1
	begin off
	measure off 3fff:0:100::10
	end
	segments 65535
done

beyond=0
for direction in up down; do
	plain=$(median plain.$direction)
	on=$(median on.$direction)
	off=$(median off.$direction)
	row=$(awk -v p="${plain:-0}" -v a="${on:-0}" -v b="${off:-0}" 'BEGIN {
		printf "%d Mbit/s, %.1f times the %d without offload and batching (limit 3), %.2f of the %d without a tunnel",
			a, b ? a / b : 0, b, p ? a / p : 0, p; exit !(b && a >= 3 * b) }') || beyond=1
	printf 'user plane: TCP %-4s %s\n' $direction "$row"
done
exit $beyond
