/// Templates with what jinja2 3.1.6 makes of them, generated once; `variables` are those they were rendered with.
enum JinjaCases {
    static let variables = #"""
        {"x": 5, "s": "hello World", "l": [3, 1, 2], "d": {"b": 1, "a": "two", "c": [1, 2]},
        "people": [{"name": "Zed", "age": 3, "city": "A"}, {"name": "amy", "age": 10, "city": "B"},
        {"name": "Bob", "age": 3, "city": "A"}], "f": 2.5, "n": null, "t": true, "u": "café ñ"}
        """#

    /// Each is rendered behind an `X`, so that leading comment lines stay.
    static let rendered: [(template: String, text: String)] = [
        (
            #"{{ x }}"#,
            #"5"#
        ),
        (
            #"{{ 1.0 }} {{ 1e20 }} {{ 1e15 }} {{ 0.1+0.2 }} {{ 1/3 }} {{ 1e-7 }}"#,
            #"1.0 1e+20 1000000000000000.0 0.30000000000000004 0.3333333333333333 1e-07"#
        ),
        (
            #"{{ True }} {{ none }} {{ l }} {{ d }} {{ (1,) }} {{ (1,2) }} {{ 'a\nb' }} {{ ['it\'s', 'q"', "n\\n"] }}"#,
            #"True None [3, 1, 2] {'b': 1, 'a': 'two', 'c': [1, 2]} (1,) (1, 2) a\#nb ["it's", 'q"', 'n\\n']"#
        ),
        (
            #"{{ 7//2 }} {{ -7//2 }} {{ 7%3 }} {{ -7%3 }} {{ 2**10 }} {{ 2**-1 }} {{ 7/2 }} {{ 7.5//2 }} {{ -7.5%2 }}"#,
            #"3 -4 1 2 1024 0.5 3.5 3.0 0.5"#
        ),
        (
            #"{{ 'a' ~ 1 ~ none }}"#,
            #"a1None"#
        ),
        (
            #"{{ 1 < 2 < 3 }} {{ 1 in l }} {{ 9 not in l }} {{ 'b' in d }} {{ 'ell' in s }}"#,
            #"True True True True True"#
        ),
        (
            #"{{ x is defined }} {{ y is defined }} {{ y is undefined }} {{ n is none }} {{ x is number }} {{ s is string }} {{ d is mapping }} {{ l is sequence }} {{ 4 is even }} {{ 3 is odd }} {{ 9 is divisibleby 3 }} {{ 9 is divisibleby(2) }} {{ x is eq 5 }} {{ x is gt 3 }} {{ t is boolean }} {{ 3 is integer }} {{ f is float }} {{ t is true }} {{ 'a' is lower }} {{ 'A' is upper }} {{ x is in [5] }} {{ x is not none }}"#,
            #"True False True True True True True True True True True False True True True True True True True True True True"#
        ),
        (
            #"{{ s|upper }} {{ s|title }} {{ s|capitalize }} {{ '  a '|trim }} {{ 'xxaxx'|trim('x') }} {{ s|replace('l','L') }} {{ s|replace('l','L',1) }} {{ l|join(',') }} {{ people|join('-', attribute='name') }} {{ s|length }} {{ l|first }} {{ l|last }} {{ 'abc'|list }}"#,
            #"HELLO WORLD Hello World Hello world a a heLLo WorLd heLlo World 3,1,2 Zed-amy-Bob 11 3 2 ['a', 'b', 'c']"#
        ),
        (
            #"{{ '42'|int }} {{ 'x'|int(7) }} {{ '3.7'|int }} {{ '0x1f'|int(base=16) }} {{ '3.5'|float }} {{ 'z'|float }} {{ 3.14159|round(2) }} {{ 2.5|round }} {{ 42|round }} {{ 2.1|round(0,'ceil') }} {{ -3|abs }} {{ 1.005|round(2) }}"#,
            #"42 7 3 31 3.5 0.0 3.14 2.0 42 3.0 3 1.0"#
        ),
        (
            #"{{ l|sort }} {{ l|sort(reverse=true) }} {{ people|sort(attribute='age')|map(attribute='name')|list }} {{ ['b','A','a']|sort }} {{ ['b','A','a']|unique|list }} {{ l|reverse|list }} {{ 'abc'|reverse }} {{ ['a','b']|map('upper')|list }} {{ [1,2,3,4]|select('even')|list }} {{ [1,2,3]|reject('odd')|list }} {{ people|selectattr('age','eq',3)|map(attribute='name')|join(',') }} {{ people|rejectattr('city','equalto','A')|list }} {{ l|sum }} {{ people|sum(attribute='age') }} {{ l|min }} {{ l|max }} {{ d|dictsort }} {{ d|items|list }}"#,
            #"[1, 2, 3] [3, 2, 1] ['Zed', 'Bob', 'amy'] ['A', 'a', 'b'] ['b', 'A'] [2, 1, 3] cba ['A', 'B'] [2, 4] [2] Zed,Bob [{'name': 'amy', 'age': 10, 'city': 'B'}] 6 16 1 3 [('a', 'two'), ('b', 1), ('c', [1, 2])] [('b', 1), ('a', 'two'), ('c', [1, 2])]"#
        ),
        (
            #"{{ d|tojson }} {{ '<a> & \'q\' é'|tojson }} {{ [1.5,none,true]|tojson }}"#,
            #"{"a": "two", "b": 1, "c": [1, 2]} "\u003ca\u003e \u0026 \u0027q\u0027 \u00e9" [1.5, null, true]"#
        ),
        (
            #"{{ [1,2,3,4,5]|batch(2)|list }} {{ [1,2,3]|batch(2,'x')|list }} {{ [1,2,3,4,5]|slice(3)|list }} {{ [1,2,3,4]|slice(3,'f')|list }}"#,
            #"[[1, 2], [3, 4], [5]] [[1, 2], [3, 'x']] [[1, 2], [3, 4], [5]] [[1, 2], [3, 'f'], [4, 'f']]"#
        ),
        (
            #"{{ '%s is %d'|format('a',3) }} {{ '%05.2f|%-5s|%5s|%x' % (3.14159,'ab','cd',255) }} {{ '{} {0}'.format if false else 'q' }} {{ '{:>5}|{:<5}|{:^5}|{:05d}|{:.2f}|{:,}'.format('a','b','c',42,3.14159,1234567) }} {{ '{0}-{1}-{0}'.format('a','b') }} {{ '{name}'.format(name='z') }}"#,
            #"a is 3 03.14|ab   |   cd|ff q     a|b    |  c  |00042|3.14|1,234,567 a-b-a z"#
        ),
        (
            #"{{ s|wordcount }} {{ 'foo bar baz qux'|truncate(9) }} {{ 'foo bar baz qux'|truncate(9,true) }} {{ 'foo bar baz qux'|truncate(11) }} {{ 'ab'|center(7) }}| {{ '<&>\"'|e }} {{ 'a b/c?d=é'|urlencode }} {{ {'a':1,'b':'x y'}|urlencode }}"#,
            #"2 foo... foo ba... foo bar baz qux    ab  | &lt;&amp;&gt;&#34; a%20b/c%3Fd%3D%C3%A9 a=1&b=x+y"#
        ),
        (
            #"{% for c, items in people|groupby('city') %}{{ c }}:{{ items|length }};{% endfor %}"#,
            #"A:2;B:1;"#
        ),
        (
            #"{% for i in range(3) %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.cycle('a','b') }}{% if not loop.last %},{% endif %}{% endfor %}"#,
            #"10TrueFalse33a,21FalseFalse32b,32FalseTrue31a"#
        ),
        (
            #"{% for i in [] %}x{% else %}empty{% endfor %}"#,
            #"empty"#
        ),
        (
            #"{% for k,v in d.items() %}{{k}}={{v}};{% endfor %}"#,
            #"b=1;a=two;c=[1, 2];"#
        ),
        (
            #"{% for i in range(10) if i is odd %}{{ i }}{{ loop.index }} {% endfor %}"#,
            #"11 32 53 74 95 "#
        ),
        (
            #"a\#n  {%- if true %}\#n b {% endif -%}\#n  c\#n"#,
            #"a\#n b c"#
        ),
        (
            #"{% set y = 3 %}{{ y }}{% set z %}blk {{ y }}{% endset %}{{ z|upper }}"#,
            #"3BLK 3"#
        ),
        (
            #"{% macro m(a, b=2) %}[{{a}}-{{b}}]{% endmacro %}{{ m(1) }}{{ m(1,b=3) }}{{ m(a='q') }}"#,
            #"[1-2][1-3][q-2]"#
        ),
        (
            #"{% macro w() %}<{{ caller() }}>{% endmacro %}{% call w() %}in{% endcall %}"#,
            #"<in>"#
        ),
        (
            #"{% macro w() %}<{{ caller(1,2) }}>{% endmacro %}{% call(a,b) w() %}{{a+b}}{% endcall %}"#,
            #"<3>"#
        ),
        (
            #"{% filter upper %}abc {{ s }}{% endfilter %}"#,
            #"ABC HELLO WORLD"#
        ),
        (
            #"{% with a=1, b=2 %}{{ a+b }}{% endwith %}"#,
            #"3"#
        ),
        (
            #"{% raw %}{{ x }}{% endraw %}"#,
            #"{{ x }}"#
        ),
        (
            #"a{# c #}b{#- d -#} e"#,
            #"abe"#
        ),
        (
            #"{{ s.split() }} {{ 'a,b,c'.split(',') }} {{ 'a,b,c'.split(',',1) }} {{ 'a,b,c'.rsplit(',',1) }} {{ s.startswith('he') }} {{ s.endswith('d') }} {{ ','.join(['a','b']) }} {{ ' x '.strip() }}| {{ 'abc'.find('c') }} {{ 'x'.zfill(3) }} {{ d.keys()|list }} {{ d.values()|list }} {{ d.get('q','dflt') }} {{ d.get('q') }}"#,
            #"['hello', 'World'] ['a', 'b', 'c'] ['a', 'b,c'] ['a,b', 'c'] True True a,b x| 2 00x ['b', 'a', 'c'] [1, 'two', [1, 2]] dflt None"#
        ),
        (
            #"{{ l[0] }} {{ l[-1] }} {{ l[1:] }} {{ l[::-1] }} {{ s[1:3] }} {{ s[-3:] }} {{ d['a'] }} {{ d.a }} {{ d.c[1] }} {{ l.0 }}"#,
            #"3 2 [1, 2] [2, 1, 3] el rld two two 2 3"#
        ),
        (
            #"{{ 'y' if x > 3 else 'n' }} {{ ('a' if false) is undefined }} {{ x and 0 }} {{ 0 or 'z' }} {{ not x }} {{ y|default('dd') }} {{ ''|default('e', true) }} {{ n|d('q') }}"#,
            #"y True 0 z False dd e None"#
        ),
        (
            #"{% set ns = namespace(c=0) %}{% for i in l %}{% set ns.c = ns.c + i %}{% endfor %}{{ ns.c }}"#,
            #"6"#
        ),
        (
            #"{% set q = [] %}{% for i in l %}{% set _ = q.append(i*2) %}{% endfor %}{{ q }}"#,
            #"[6, 2, 4]"#
        ),
        (
            #"{{ datetime.datetime(2024,1,2,3,4,5) }} {{ datetime.datetime(2024,1,2).strftime('%Y-%m-%d %j %a %A %b %B %y %H:%M:%S %p %I %U %W %V %G %u %w %f %%') }} {{ datetime.date(2024,2,29) }} {{ (datetime.date(2024,2,28) + datetime.timedelta(days=2)).isoformat() }} {{ datetime.datetime(2024,1,2) - datetime.timedelta(hours=5, minutes=3) }} {{ datetime.datetime(2024,3,1) - datetime.datetime(2024,2,1) }} {{ (datetime.datetime(2024,3,1) - datetime.datetime(2024,2,1)).days }} {{ datetime.datetime.strptime('2023-12-31 23:59','%Y-%m-%d %H:%M') }} {{ datetime.date(2021,1,3).strftime('%G-%V') }} {{ datetime.datetime(2024,1,2).date() }} {{ [datetime.date(2024,1,2)] }} {{ datetime.timedelta(days=-1, hours=2) }} {{ datetime.datetime(2024,5,6,7).year }}"#,
            #"2024-01-02 03:04:05 2024-01-02 002 Tue Tuesday Jan January 24 00:00:00 AM 12 00 01 01 2024 2 2 000000 % 2024-02-29 2024-03-01 2024-01-01 18:57:00 29 days, 0:00:00 29 2023-12-31 23:59:00 2020-53 2024-01-02 [datetime.date(2024, 1, 2)] -1 day, 2:00:00 2024"#
        ),
        (
            #"{{ dict(a=1, b=2) }} {{ {'a': {'b': [1,2]}}['a']['b'] }} {{ {1:2} }} {{ {'a':1}.items()|list }}"#,
            #"{'a': 1, 'b': 2} [1, 2] {1: 2} [('a', 1)]"#
        ),
        (
            #"{{ range(2,10,3)|list }} {{ range(5,0,-2)|list }}"#,
            #"[2, 5, 8] [5, 3, 1]"#
        ),
        (
            #"{{ 'a' 'b' }} {{ "é" }} {{ u|upper }} {{ u|length }} {{ 'a\tb\x41\u00e9' }}"#,
            #"ab é CAFÉ Ñ 6 a\#tbAé"#
        ),
        (
            #"{% if x == 5 and s %}A{% elif x %}B{% else %}C{% endif %}"#,
            #"A"#
        ),
        (
            #"line1\#r\#nline2 {{ x }}\#r\#n"#,
            #"line1\#nline2 5"#
        ),
        (
            #"{{ 'a\nb\nc'|indent }}|{{ 'a\nb\n\nc\n'|indent(2,true) }}|{{ 'a\n\nb'|indent(2,true,true) }}|{{ 'a\nb'|indent('>>') }}"#,
            #"a\#n    b\#n    c|  a\#n  b\#n\#n  c\#n|  a\#n  \#n  b|a\#n>>b"#
        ),
        (
            #"{{ {'a':1, 'b':{'c':[{}]}} }}{{ {} }}"#,
            #"{'a': 1, 'b': {'c': [{}]}}{}"#
        ),
        (
            #"{{ 5 is not even }} {{ 'abc' is in ['abc'] }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ [1,2] == [1,2] }} {{ not 1 in [1] }}"#,
            #"True True True True True False"#
        ),
        (
            #"{{ 'Hello'|e|upper }} {{ l|map('string')|join('+') }} {{ ['a','bb']|map('length')|list }} {{ people|map(attribute='nope', default='d')|list }}"#,
            #"HELLO 3+1+2 [1, 2] ['d', 'd', 'd']"#
        ),
        (
            #"{% set a, b = 1, 2 %}{{ a }}{{ b }}"#,
            #"12"#
        ),
        (
            #"{%+ if true +%} x {%+ endif +%}"#,
            #" x "#
        ),
        (
            #"{{ 'x' * 3 }} {{ [0] * 2 }} {{ [1] + [2] }} {{ 'a' + 'b' }}"#,
            #"xxx [0, 0] [1, 2] ab"#
        ),
        (
            #"{{ l|length > 2 }} {{ (l|length) * 2 }}"#,
            #"True 6"#
        ),
        (
            #"{% for i in l %}{% set v = i %}{% endfor %}{{ v is defined }}"#,
            #"False"#
        ),
        (
            #"{% for a in [[1,2],[3,4]] %}{% for b in a %}{{ loop.index }}{{ b }}{% endfor %}{% endfor %}"#,
            #"11221324"#
        ),
        (
            #"{{ 'A-b (c) it\'s'|title }} {{ 'A-b it\'s'.title() }} {{ 'aB'.swapcase() }} {{ 'ab'.capitalize() }}"#,
            #"A-B (C) It's A-B It'S Ab Ab"#
        ),
        (
            #"{{ '%s' % 'a' }} {{ '%(a)s' % {'a': 1} }} {{ '%5.1f%%' % 12.345 }} {{ '%r' % 'q' }} {{ '%e' % 12345.678 }} {{ '%g' % 0.0001 }}"#,
            #"a 1  12.3% 'q' 1.234568e+04 0.0001"#
        ),
        (
            #"{% block b %}B{{ x }}{% endblock %}{{ self.b() }}"#,
            #"B5B5"#
        ),
        (
            #"{{ 'a.b.c'.partition('.') }} {{ 'a.b.c'.rpartition('.') }} {{ 'abab'.count('ab') }} {{ 'abc'.replace('', '-') }} {{ '123'.isdigit() }} {{ 'ab'.ljust(4) }}| {{ 'ab'.center(5) }}| {{ 'ab'.center(4) }}|"#,
            #"('a', '.', 'b.c') ('a.b', '.', 'c') 2 -a-b-c- True ab  |   ab |  ab |"#
        ),
        (
            #"\#n\#n x {{ x }}\#n\#n"#,
            #"\#n\#n x 5\#n"#
        ),
        (
            #"{{x}}\#n"#,
            #"5"#
        ),
        (
            #"{%- set q = 1 -%}\#n  a"#,
            #"a"#
        ),
        (
            #"{% macro outer() %}{% macro inner(z) %}{{ z }}!{% endmacro %}{{ inner(1) }}{% endmacro %}{{ outer() }}"#,
            #"1!"#
        ),
        (
            #"{{ varargs is defined }}{% macro v() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ v(1,2,a=3) }}"#,
            #"False(1, 2){'a': 3}"#
        ),
        (
            #"{{ 1_000 + 0x1f + 0b11 + 0o17 }} {{ 1.5e3 }}"#,
            #"1049 1500.0"#
        ),
        (
            #"{{ people[0].name }} {{ people[0]['name'] }} {{ people|first|attr('x') is defined }}"#,
            #"Zed Zed False"#
        ),
        (
            #"{{ 12345678901234567.0 }} {{ 100000000000000000000.0 }} {{ 1e16 }} {{ -0.0 }} {{ 123456789.123 }}"#,
            #"1.2345678901234568e+16 1e+20 1e+16 -0.0 123456789.123"#
        ),
        (
            #"{{ [y] }}"#,
            #"[Undefined]"#
        ),
    ]
}
