/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/radvd_conf.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace emu
{

namespace
{
constexpr double ms_in_s = 1000;
constexpr double interval_max_s = 1800; /* RFC 4861 6.2.1 */
constexpr double interval_min_s = 0.03; /* RFC 6275 7.5 */
constexpr double lifetime_max_s = 65535;
constexpr double seconds_max = 4294967295.0;

/* Words, braces and semicolons; a comment ends with its line. */
class reader
{
      public:
	explicit reader(const std::string &text) : text_(text)
	{
		next();
	}

	const std::string &word() const
	{
		return word_;
	}

	bool at_end() const
	{
		return word_.empty();
	}

	int line() const
	{
		return line_;
	}

	void next()
	{
		size_t end;

		skip();
		end = at_ < text_.size() && strchr("{};", text_[at_])
			  ? at_ + 1
			  : text_.find_first_of(" \t\r\n{};#", at_);
		end = std::min(end, text_.size());
		word_ = text_.substr(at_, end - at_);
		at_ = end;
	}

      private:
	void skip()
	{
		while (at_ < text_.size() && strchr(" \t\r\n#", text_[at_])) {
			if (text_[at_] == '#')
				at_ = std::min(text_.find('\n', at_), text_.size());
			else
				line_ += text_[at_++] == '\n';
		}
	}

	const std::string &text_;
	size_t at_ = 0;
	int line_ = 1;
	std::string word_;
};

std::string range(double low, double high)
{
	char text[64];

	snprintf(text, sizeof(text), "%.10g to %.10g", low, high);
	return text;
}

class parser
{
      public:
	explicit parser(const std::string &text) : in_(text)
	{
	}

	radvd_conf parse()
	{
		while (conf_.error.empty() && !in_.at_end())
			take_interface();
		return conf_;
	}

      private:
	bool fail_at(int line, const std::string &what)
	{
		conf_.error = in_.at_end() ? "this ends too early" : what;
		conf_.error_line = line;
		return false;
	}

	/* What is wrong is the word at which the reader is. */
	bool fail(const std::string &what)
	{
		return fail_at(in_.line(), what);
	}

	bool take(const char *word)
	{
		if (in_.word() != word)
			return fail(std::string("expected \"") + word + "\", this is \"" +
				    in_.word() + "\"");
		in_.next();
		return true;
	}

	/* The value between a word and its semicolon. */
	bool take_number(double low, double high, double *ret)
	{
		char *end;

		*ret = strtod(in_.word().c_str(), &end);
		if (in_.at_end() || *end || !(*ret >= low && *ret <= high))
			return fail("expected a number of seconds, " + range(low, high) +
				    ", this is \"" + in_.word() + "\"");
		in_.next();
		return take(";");
	}

	bool take_seconds(double high, uint32_t *ret)
	{
		double seconds;

		if (!take_number(0, high, &seconds))
			return false;
		*ret = static_cast<uint32_t>(seconds);
		return true;
	}

	bool take_interval(uint32_t *ret_ms)
	{
		double seconds;

		if (!take_number(interval_min_s, interval_max_s, &seconds))
			return false;
		*ret_ms = static_cast<uint32_t>(std::lround(seconds * ms_in_s));
		return true;
	}

	bool take_flag(bool *ret)
	{
		*ret = in_.word() == "on";
		if (!*ret && in_.word() != "off")
			return fail("expected on or off, this is \"" + in_.word() + "\"");
		in_.next();
		return take(";");
	}

	bool take_prefix_line(radvd_prefix &prefix)
	{
		std::string name = in_.word();
		int line = in_.line();

		in_.next();
		if (name == "AdvOnLink")
			return take_flag(&prefix.on_link);
		if (name == "AdvAutonomous")
			return take_flag(&prefix.autonomous);
		if (name == "AdvRouterAddr")
			return take_flag(&prefix.router_address);
		if (name == "AdvValidLifetime")
			return take_seconds(seconds_max, &prefix.valid_s);
		if (name == "AdvPreferredLifetime")
			return take_seconds(seconds_max, &prefix.preferred_s);
		return fail_at(line, "ns3::Radvd has no \"" + name + "\" for a prefix");
	}

	bool take_prefix(radvd_interface &interface)
	{
		radvd_prefix prefix;

		if (mip6_prefix_parse(in_.word().c_str(), &prefix.prefix) < 0 ||
		    prefix.prefix.len == 0)
			return fail("\"" + in_.word() + "\" is no prefix");
		in_.next();
		if (!take("{"))
			return false;
		while (in_.word() != "}")
			if (!take_prefix_line(prefix))
				return false;
		interface.prefixes.push_back(prefix);
		return take("}") && take(";");
	}

	bool take_line(radvd_interface &interface)
	{
		std::string name = in_.word();
		int line = in_.line();

		in_.next();
		if (name == "prefix")
			return take_prefix(interface);
		if (name == "AdvSendAdvert")
			return take_flag(&interface.advertises);
		if (name == "MinRtrAdvInterval")
			return take_interval(&interface.min_ms);
		if (name == "MaxRtrAdvInterval")
			return take_interval(&interface.max_ms);
		if (name == "AdvDefaultLifetime")
			return take_seconds(lifetime_max_s, &interface.lifetime_s);
		return fail_at(line, "ns3::Radvd has no \"" + name + "\"");
	}

	bool take_interface()
	{
		radvd_interface interface;

		if (!take("interface"))
			return false;
		interface.name = in_.word();
		in_.next();
		if (!take("{"))
			return false;
		while (in_.word() != "}")
			if (!take_line(interface))
				return false;
		if (interface.min_ms > interface.max_ms)
			return fail("MinRtrAdvInterval is longer than MaxRtrAdvInterval");
		conf_.interfaces.push_back(interface);
		return take("}") && take(";");
	}

	reader in_;
	radvd_conf conf_;
};
} // namespace

radvd_conf radvd_conf_parse(const std::string &text)
{
	return parser(text).parse();
}

} // namespace emu
