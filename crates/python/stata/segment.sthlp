{smcl}
{* *! segment 0.1.0: untested on Stata}{...}
{title:Title}

{p}{cmd:segment} {hline 2} market segmentation and integration from relative prices{p_end}

{p}{err:These commands are untested on Stata}: they were written against the documentation of Stata 16's module {cmd:sfi} and tested beside a stub of it. Please report what you see.{p_end}

{title:Syntax}

{p 8 8 2}{cmd:segment} {it:varlist} {ifin}, {cmd:unit(}{it:varname}{cmd:)} {cmd:time(}{it:varname}{cmd:)} [{it:options}]{p_end}

{title:Options}

{p 4 8 2}{cmd:unit(varname)} city or region, number or text{p_end}
{p 4 8 2}{cmd:time(varname)} period{p_end}
{p 4 8 2}{cmd:generate(name)} stem of the new variables; {cmd:seg} unless said{p_end}
{p 4 8 2}{cmd:options(text)} keys of a study file's [market] with their values, separated by commas, texts in single quotes: {cmd:options(pairs = 'within-km', km = 150.0, lat = 'lat', lon = 'lon')}{p_end}

{title:Description}

{p}{it:varlist} has one price index per good, the previous period = 100. The change of the log relative price of each good between two units, less its mean over all pairs, has a variance over goods; segmentation of a unit is its sum over partners (Parsley and Wei 2001), integration 1/sqrt(segmentation). Makes {it:name} and {it:name}{cmd:_mar}.{p_end}

{p}Needs Stata 16 or newer with a Python from 3.11 on ({cmd:python query}, {cmd:python set exec}) in which {cmd:pip install panelstudy} was run. Every number is that of the Python package and of the command line, bit for bit.{p_end}

{title:Stored results}

{p}{cmd:r(N)} observations; {cmd:r(made)} names of the new variables{p_end}

{title:Example}

{phang2}{cmd:. clear}{p_end}
{phang2}{cmd:. input str2 city year p1 p2 p3}{p_end}
{phang2}{cmd:.    "a" 2013 101 103 100}{p_end}
{phang2}{cmd:.    "a" 2014 102 101 104}{p_end}
{phang2}{cmd:.    "b" 2013 100 102 103}{p_end}
{phang2}{cmd:.    "b" 2014 103 100 101}{p_end}
{phang2}{cmd:.    "c" 2013 104 101 102}{p_end}
{phang2}{cmd:.    "c" 2014 100 103 100}{p_end}
{phang2}{cmd:. end}{p_end}
{phang2}{cmd:. segment p1 p2 p3, unit(city) time(year)}{p_end}
{phang2}{cmd:. list city year seg seg_mar}{p_end}
