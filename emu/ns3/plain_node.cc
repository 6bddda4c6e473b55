/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/plain_node.h"
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ns3/boolean.h>
#include <ns3/icmpv6-l4-protocol.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv6-interface.h>
#include <ns3/ipv6-static-routing-helper.h>
#include <ns3/ndisc-cache.h>
#include <ns3/radvd.h>
#include <ns3/simulator.h>
#include <ns3/string.h>
#include <ns3/uinteger.h>

namespace emu
{

namespace
{
constexpr size_t ethernet = 14;
constexpr size_t octets_max = 65535 + 40;
constexpr uint8_t advertised_hop_limit = 255;
constexpr char family[] = "ns3:";

/* ns3::Radvd puts away sockets that it has since it started, and crashes where a run
 * fails before that. */
class advertiser : public ns3::Radvd
{
      private:
	void DoDispose() override
	{
		if (m_startEvent.GetUid() && m_startEvent.IsExpired())
			Radvd::DoDispose();
		else
			Application::DoDispose();
	}
};

ns3::Ipv6Address address_of(const struct mip6_addr &addr)
{
	return ns3::Ipv6Address::Deserialize(addr.b);
}

ns3::Ptr<ns3::RadvdInterface> make_interface(const radvd_interface &conf, uint32_t number)
{
	auto made = ns3::Create<ns3::RadvdInterface>(number, conf.max_ms, conf.min_ms);

	made->SetSendAdvert(conf.advertises);
	made->SetDefaultLifeTime(conf.lifetime_s);
	for (const radvd_prefix &p : conf.prefixes)
		made->AddPrefix(ns3::Create<ns3::RadvdPrefix>(
		    address_of(p.prefix.addr), p.prefix.len, p.preferred_s, p.valid_s, p.on_link,
		    p.autonomous, p.router_address));
	return made;
}
} // namespace

plain_node::plain_node(struct run &run, int index)
    : sim_node(run, index), index_(index), buffer_(ethernet + octets_max)
{
}

bool plain_node::is_wanted(const struct lab_node &plan)
{
	for (size_t d = 0; d < plan.daemon_count; d++)
		if (strncmp(plan.daemons[d].argv[0], family, strlen(family)) == 0)
			return true;
	return false;
}

/* It has them from the beginning. */
void plain_node::install_upper()
{
}

/* ---- as the plan says ------------------------------------------------------------ */

/* The addresses of a topology are there at once, and neighbours are asked at once, as
 * Linux does it; ns-3 would check for duplicates, and wait for up to 10 ms. Its Radvd
 * asks for a hop limit of 255 by IPv4's tag, so that advertisements leave with the
 * node's own, and every host has to drop them (RFC 4861 6.1.2). */
void plain_node::install_stack()
{
	ns3::InternetStackHelper stack;
	ns3::Ptr<ns3::Icmpv6L4Protocol> icmpv6;

	stack.SetIpv4StackInstall(false);
	stack.SetRoutingHelper(ns3::Ipv6StaticRoutingHelper());
	stack.Install(node_);
	ipv6_ = node_->GetObject<ns3::Ipv6L3Protocol>();
	ipv6_->SetAttribute("IpForward", ns3::BooleanValue(has_forwarding()));
	ipv6_->SetAttribute("DefaultTtl", ns3::UintegerValue(advertised_hop_limit));
	icmpv6 = node_->GetObject<ns3::Icmpv6L4Protocol>();
	icmpv6->SetAttribute("DAD", ns3::BooleanValue(false));
	icmpv6->SetAttribute("SolicitationJitter",
			     ns3::StringValue("ns3::ConstantRandomVariable[Constant=0]"));
}

bool plain_node::add_interface(port &p)
{
	auto channel = ns3::CreateObject<wire_channel>();
	cable &c = cables_[p.ifindex()];
	ns3::Mac48Address mac;

	mac.CopyFrom(p.plan().mac);
	c.stack = ns3::CreateObject<wire_device>();
	c.outside = ns3::CreateObject<wire_device>();
	c.stack->SetAddress(mac);
	for (auto &end : {c.stack, c.outside}) {
		channel->add(end);
		channel->plug(end, true);
	}
	c.stack->SetMtu(static_cast<uint16_t>(mtu_of(p)));
	c.outside->SetPromiscReceiveCallback(
	    [this, &p](ns3::Ptr<ns3::NetDevice>, ns3::Ptr<const ns3::Packet> packet, uint16_t type,
		       const ns3::Address &from, const ns3::Address &to,
		       ns3::NetDevice::PacketType) {
		    transmit(p, *packet, from, to, type);
		    return true;
	    });
	node_->AddDevice(c.stack);
	c.interface = ipv6_->AddInterface(c.stack);
	for (size_t a = 0; a < p.plan().addr_count; a++) {
		struct mip6_prefix prefix;

		if (mip6_prefix_parse(p.plan().addrs[a], &prefix) < 0)
			return run_.fail("cannot add address %s", p.plan().addrs[a]);
		ipv6_->AddAddress(c.interface,
				  ns3::Ipv6InterfaceAddress(address_of(prefix.addr),
							    ns3::Ipv6Prefix(prefix.len)));
	}
	for (uint32_t a = 0; a < ipv6_->GetNAddresses(c.interface); a++)
		ipv6_->GetInterface(c.interface)
		    ->SetState(ipv6_->GetAddress(c.interface, a).GetAddress(),
			       ns3::Ipv6InterfaceAddress::PREFERRED);
	ipv6_->SetUp(c.interface);
	return true;
}

bool plain_node::add_route(ns3::Ptr<ns3::Ipv6StaticRouting> routing, const struct lab_route &route)
{
	struct mip6_prefix dst;
	struct mip6_addr via;
	unsigned ifindex;

	if (!read_route(route, &dst, &via, &ifindex))
		return false;
	/* A zero gateway: the destination is on the link. */
	routing->AddNetworkRouteTo(address_of(dst.addr), ns3::Ipv6Prefix(dst.len), address_of(via),
				   cables_[ifindex].interface);
	return true;
}

void plain_node::introduce(const neighbour &n)
{
	ns3::Ptr<ns3::NdiscCache> cache =
	    ipv6_->GetInterface(cables_[n.ifindex].interface)->GetNdiscCache();
	ns3::NdiscCache::Entry *entry = cache->Lookup(address_of(n.addr));
	ns3::Mac48Address mac;

	mac.CopyFrom(n.mac);
	if (!entry)
		entry = cache->Add(address_of(n.addr));
	entry->SetMacAddress(mac);
	entry->MarkPermanent();
}

bool plain_node::raise()
{
	ns3::Ipv6StaticRoutingHelper helper;

	install_stack();
	for (auto &p : ports_)
		if (!add_interface(*p))
			return false;
	for (size_t r = 0; r < plan_.route_count; r++)
		if (!add_route(helper.GetStaticRouting(ipv6_), plan_.routes[r]))
			return false;
	for (const neighbour &n : neighbours_)
		introduce(n);
	return true;
}

/* Its interfaces do not move, and ns-3's IPv6 would not find its way back from a
 * carrier that went: what is sent without one is lost in the port. */
void plain_node::report_link(const port &, bool)
{
}

void plain_node::forget(unsigned ifindex, const uint8_t mac[6])
{
	ns3::Ptr<ns3::NdiscCache> cache =
	    ipv6_->GetInterface(cables_[ifindex].interface)->GetNdiscCache();
	ns3::Mac48Address address;

	address.CopyFrom(mac);
	for (ns3::NdiscCache::Entry *entry : cache->LookupInverse(address))
		cache->Remove(entry);
	for (ns3::NdiscCache::Entry *entry : cache->LookupInverse(ns3::Address())) /* asked for */
		cache->Remove(entry);
}

/* ---- frames ---------------------------------------------------------------------- */

void plain_node::transmit(port &p, const ns3::Packet &packet, const ns3::Address &from,
			  const ns3::Address &to, uint16_t type)
{
	uint8_t *data = buffer_.data();
	uint32_t size = packet.GetSize();

	if (size > octets_max)
		return;
	ns3::Mac48Address::ConvertFrom(to).CopyTo(data);
	ns3::Mac48Address::ConvertFrom(from).CopyTo(data + 6);
	data[12] = static_cast<uint8_t>(type >> 8);
	data[13] = static_cast<uint8_t>(type & 0xff);
	packet.CopyData(data + ethernet, size);
	p.transmit(data, ethernet + size);
}

void plain_node::receive(unsigned ifindex, const frame &f)
{
	cables_[ifindex].outside->SendFrom(f.payload->Copy(), f.src, f.dst, f.type);
}

/* ---- Radvd ----------------------------------------------------------------------- */

bool plain_node::configure(int daemon, radvd_conf *ret)
{
	const struct lab_daemon &d = plan_.daemons[daemon];
	char *text = take_config(daemon);

	if (!text)
		return false;
	*ret = radvd_conf_parse(text);
	free(text);
	if (ret->error.empty())
		return true;
	log(daemon, (ret->error + "\n").c_str());
	return run_.fail("%s at %s: %s:%d: %s", d.name, plan_.name, d.config_name, ret->error_line,
			 ret->error.c_str());
}

/* ns-3 tells an application before it starts when it ends: at the next signal that
 * ends a program. 0: it runs until the end. */
int64_t plain_node::time_to_stop(int daemon) const
{
	int64_t now = plan_now();

	for (size_t i = 0; i < run_.plan->action_count; i++) {
		const struct lab_action &a = run_.plan->actions[i];

		if (a.kind == LAB_ACT_SIGNAL && a.node == index_ && a.daemon == daemon &&
		    a.signal != SIGHUP && a.at_ns > now)
			return a.at_ns - now;
	}
	return 0;
}

bool plain_node::start(int daemon)
{
	const struct lab_daemon &d = plan_.daemons[daemon];
	auto radvd = ns3::CreateObject<advertiser>();
	radvd_conf conf;

	if (daemon_ >= 0)
		return run_.fail("%s at %s runs already", plan_.daemons[daemon_].name, plan_.name);
	if (!configure(daemon, &conf))
		return false;
	for (const radvd_interface &interface : conf.interfaces) {
		auto of_name = [&interface](const auto &p) {
			return interface.name == p->plan().name;
		};
		auto found = std::find_if(ports_.begin(), ports_.end(), of_name);

		if (found == ports_.end())
			return run_.fail("%s at %s: there is no interface \"%s\"", d.name,
					 plan_.name, interface.name.c_str());
		radvd->AddConfiguration(
		    make_interface(interface, cables_[(*found)->ifindex()].interface));
	}
	note_start(daemon);
	daemon_ = daemon;
	log(daemon, "");
	radvd->AssignStreams(index_);
	radvd->SetStopTime(ns3::NanoSeconds(time_to_stop(daemon)));
	node_->AddApplication(radvd);
	return true;
}

void plain_node::stop()
{
	if (daemon_ >= 0)
		end_daemon(0, 0);
}

bool plain_node::signal(int daemon, int number)
{
	const struct lab_daemon &d = plan_.daemons[daemon];

	if (!note_signal(daemon, number))
		return false;
	switch (number) {
	case SIGTERM:
	case SIGINT:
		end_daemon(0, 0);
		return true;
	case SIGKILL:
		end_daemon(-1, number);
		return true;
	case SIGHUP:
		return true; /* its configuration is what it was */
	default:
		return run_.fail("signal %d means nothing to %s in ns-3", number, d.name);
	}
}

} // namespace emu
