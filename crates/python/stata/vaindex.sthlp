{smcl}
{* *! vaindex 0.1.0: untested on Stata}{...}
{title:Title}

{p}{cmd:vaindex} {hline 2} location quotient, spillover and virtual agglomeration{p_end}

{p}{err:These commands are untested on Stata}: they were written against the documentation of Stata 16's module {cmd:sfi} and tested beside a stub of it. Please report what you see.{p_end}

{title:Syntax}

{p 8 8 2}{cmd:vaindex} {ifin}, {cmd:sector(}{it:varname}{cmd:)} {cmd:total(}{it:varname}{cmd:)} {cmd:latitude(}{it:varname}{cmd:)} {cmd:longitude(}{it:varname}{cmd:)} {cmd:unit(}{it:varname}{cmd:)} [{it:options}]{p_end}

{title:Options}

{p 4 8 2}{cmd:sector(varname)} employment of the sector, in any unit{p_end}
{p 4 8 2}{cmd:total(varname)} employment of all sectors, in the same unit{p_end}
{p 4 8 2}{cmd:latitude(varname)} degrees north{p_end}
{p 4 8 2}{cmd:longitude(varname)} degrees east{p_end}
{p 4 8 2}{cmd:unit(varname)} city or region, number or text{p_end}
{p 4 8 2}{cmd:time(varname)} period; without it the data are one cross-section{p_end}
{p 4 8 2}{cmd:area(varname)} area in square kilometers, where the distance inside a unit follows from it{p_end}
{p 4 8 2}{cmd:generate(name)} stem of the new variables; {cmd:va} unless said{p_end}
{p 4 8 2}{cmd:options(text)} keys of a study file's [va] with their values, separated by commas, texts in single quotes: {cmd:options(decay = 'exponential', scale_km = 300.0)}{p_end}

{title:Description}

{p}VA_i = LQ_i + sum over j of LQ_j/d_ij, with LQ_i = (e_i/E_i)/(sum e/sum E) the location quotient and d the distance in kilometers on the great circle. Makes {it:name} (virtual agglomeration), {it:name}{cmd:_lq} (location quotient) and {it:name}{cmd:_sp} (spillover).{p_end}

{p}Needs Stata 16 or newer with a Python from 3.11 on ({cmd:python query}, {cmd:python set exec}) in which {cmd:pip install panelstudy} was run. Every number is that of the Python package and of the command line, bit for bit.{p_end}

{title:Stored results}

{p}{cmd:r(N)} observations; {cmd:r(made)} names of the new variables{p_end}

{title:Example}

{phang2}{cmd:. clear}{p_end}
{phang2}{cmd:. input str8 city it all lat lon}{p_end}
{phang2}{cmd:.    "Anyang" 1 10 36.1 114.3}{p_end}
{phang2}{cmd:.    "Benxi" 3 10 41.3 123.7}{p_end}
{phang2}{cmd:.    "Chuzhou" 2 12 32.3 118.3}{p_end}
{phang2}{cmd:. end}{p_end}
{phang2}{cmd:. vaindex, sector(it) total(all) latitude(lat) longitude(lon) unit(city)}{p_end}
{phang2}{cmd:. list city va va_lq va_sp}{p_end}
